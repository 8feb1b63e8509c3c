import { execFileSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Person } from './person.ts';

/** What a root of ours may change; everything else of the machine it sees as it is. */
const changed = ['/usr/local/bin', '/etc/systemd/system'];

/** Its own home is not ours to look into. */
const become = (mounts: string): string =>
  `HOME=/nonexistent exec unshare --map-root-user --mount /bin/sh -c '${mounts} && exec "$@"' sudo`;

/** Whether somebody here can be root in a namespace of his own (user_namespaces(7)), and the machine has what he is to change there. */
export function canBeRoot(): boolean {
  try {
    execFileSync(
      '/bin/sh',
      ['-c', `${become(changed.map((path) => `mount --bind ${path} ${path}`).join(' && '))} true`],
      {
        stdio: 'ignore',
      },
    );
    return true;
  } catch {
    return false;
  }
}

/**
 * Gives a person a `sudo` by which he is root in a namespace of his own.
 *
 * @returns where what root changes is found, by its path
 */
export async function giveSudo(person: Person): Promise<(path: string) => string> {
  const as = join(person.home, 'as-root');
  const folders = changed.map((path) => join(as, path));
  for (const folder of folders) {
    await mkdir(folder, { recursive: true });
    await person.own(folder);
  }
  const mounts = changed.map((path, index) => `mount --bind ${folders[index]} ${path}`).join(' && ');
  const sudo = join(person.home, 'bin', 'sudo');
  await mkdir(join(person.home, 'bin'));
  await writeFile(sudo, `#!/bin/sh\n${become(mounts)} "$@"\n`);
  await chmod(sudo, 0o755);
  person.set('PATH', `${join(person.home, 'bin')}:/usr/local/bin:/usr/bin:/bin`);
  return (path) => join(as, path);
}
