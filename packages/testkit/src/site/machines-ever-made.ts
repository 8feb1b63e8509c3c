import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Below a site's folder, a name a line: another process than the one that runs the site reads it too. */
const log = 'machines.log';

/** Writes down that a machine was cloned. */
export async function noteMade(siteFolder: string, name: string): Promise<void> {
  await appendFile(join(siteFolder, log), `${name}\n`);
}

/** Names of every machine of a site that was ever cloned, those that are gone too, in their order. */
export async function machinesEverMade(siteFolder: string): Promise<readonly string[]> {
  return (await readFile(join(siteFolder, log), 'utf8')).split('\n').filter(Boolean);
}
