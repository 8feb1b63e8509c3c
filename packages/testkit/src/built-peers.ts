import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Peers that `npm run peers` builds from their pinned Go modules (test/peers/<folder>), with the program of each. */
const programs = {
  'oci-conformance': 'conformance',
} as const;

/** A real program that tests run against, built from source. */
export type BuiltPeerName = keyof typeof programs;

export interface BuiltPeer {
  readonly name: BuiltPeerName;
  readonly path: string;
  /** Give it to `describe.skipIf`; never true when `SEALIFT_PEERS=required`, so that a missing peer fails there. */
  readonly missing: boolean;
  /** For the name of a skipped test: which command brings the peer. */
  readonly remedy: string;
}

/** Finds a built peer. With `SEALIFT_PEERS=required` a missing one throws instead of being skipped. */
export function builtPeer(name: BuiltPeerName): BuiltPeer {
  const path = fileURLToPath(new URL(`../../../test/peers/bin/${name}/${programs[name]}`, import.meta.url));
  const remedy = `needs ${name}: npm run peers`;
  const missing = !existsSync(path);
  if (missing && process.env['SEALIFT_PEERS'] === 'required') throw new Error(remedy);
  return { name, path, missing, remedy };
}
