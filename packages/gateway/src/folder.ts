import { join } from 'node:path';

/** Where a gateway keeps what it is: one folder, its own. */
export interface GatewayFolder {
  readonly root: string;
  /** Who it is: its key, and the console that it belongs to. For its owner alone. */
  readonly identity: string;
  /** The number of its last signed request. */
  readonly sequence: string;
  /** What it has accepted, and what it went back from. */
  readonly memory: string;
  /** Executables, each under its SHA-256. */
  readonly executables: string;
  /** A link to the one that runs; missing while that is the one it was installed with. */
  readonly current: string;
  /** The swap that is under way; missing while none is. */
  readonly swap: string;
  /** What executables said that did not prove themselves. */
  readonly failed: string;
}

/** The places below a data folder. */
export function gatewayFolder(root: string): GatewayFolder {
  return {
    root,
    identity: join(root, 'identity.json'),
    sequence: join(root, 'sequence'),
    memory: join(root, 'memory.json'),
    executables: join(root, 'executables'),
    current: join(root, 'current'),
    swap: join(root, 'swap.json'),
    failed: join(root, 'failed'),
  };
}
