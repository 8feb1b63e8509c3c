import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** Where a support host keeps what it is: one folder. What its services write to is theirs; all else belongs to whoever set it up. */
export interface HostFolder {
  readonly root: string;
  readonly state: string;
  /** What clients have to trust, for copying. */
  readonly ca: string;
  /** What signs certificates that are made here: for whoever set the host up alone. */
  readonly authority: string;
  /** Each certificate that was put in, in a folder of its own. */
  readonly certificates: string;
  /** A link to the one that is shown. */
  readonly current: string;
  readonly users: string;
  /** What the registry holds. */
  readonly registry: string;
  /** What the file server gives out. */
  readonly files: string;
  /** What services say of themselves. */
  readonly run: string;
  /** The executable that the services run, and the one before it. */
  readonly executable: string;
  readonly previous: string;
}

/** The places below a folder. */
export function hostFolder(root: string): HostFolder {
  return {
    root,
    state: join(root, 'state.json'),
    ca: join(root, 'ca.pem'),
    authority: join(root, 'authority'),
    certificates: join(root, 'certificates'),
    current: join(root, 'certificates', 'current'),
    users: join(root, 'users.json'),
    registry: join(root, 'registry'),
    files: join(root, 'files'),
    run: join(root, 'run'),
    executable: join(root, 'bin', 'sealift'),
    previous: join(root, 'bin', 'sealift.previous'),
  };
}

/** The folder that is named, or the usual one of root or of an ordinary user (XDG Base Directory Specification, `XDG_DATA_HOME`). */
export function folderOf(dir: string | undefined, env: Readonly<Record<string, string | undefined>>): HostFolder {
  if (dir !== undefined) return hostFolder(resolve(dir));
  if (process.getuid?.() === 0) return hostFolder('/var/lib/sealift-airgap');
  const given = env['XDG_DATA_HOME'];
  const data = given !== undefined && isAbsolute(given) ? given : join(env['HOME'] ?? homedir(), '.local', 'share');
  return hostFolder(join(data, 'sealift-airgap'));
}
