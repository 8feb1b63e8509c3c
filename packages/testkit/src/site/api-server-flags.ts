import { readdir, readFile } from 'node:fs/promises';

/** The flags of each API server that runs with files of a folder, one a line, with a line break behind each. */
export async function apiServerFlags(folder: string): Promise<readonly string[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    // One that has ended meanwhile has none.
    processes.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')),
  );
  return commands
    .filter((command) => /^[^\0]*\/kube-apiserver\0/.test(command) && command.includes(folder))
    .map((command) => command.replaceAll('\0', '\n'));
}
