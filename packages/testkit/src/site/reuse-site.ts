import { createHash } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { peer } from '../peers.ts';
import { waitUntil } from '../wait-until.ts';
import { sitePeerNames } from './programs.ts';
import type { Site } from './site.ts';
import type { SiteOptions } from './site-options.ts';
import { startSite } from './start-site.ts';

/** Beside the programs that made them, which no repository has either. */
const shelf = fileURLToPath(new URL('../../../../test/peers/bin/sites', import.meta.url));
const sources = fileURLToPath(new URL('.', import.meta.url));

/**
 * A site as it was when it was made, in seconds: it is made and saved by whoever needs one of these options first, and again when a
 * program or the sources that make it have changed. A saved site runs once at a time; another start of it waits.
 */
export async function reuseSite(options: Omit<SiteOptions, 'saveTo' | 'from'> = {}): Promise<Site> {
  const wanted = hash(JSON.stringify(Object.entries(options).toSorted(([a], [b]) => (a < b ? -1 : 1))));
  const name = `${wanted}-${await fingerprint()}`;
  const folder = join(shelf, name);
  const release = await exclusively(name);
  try {
    if (existsSync(folder)) return await startSite({ from: folder });
    await mkdir(shelf, { recursive: true });
    // Of older programs or sources: nobody asks for them again.
    for (const old of await readdir(shelf)) {
      if (old.startsWith(`${wanted}-`)) await rm(join(shelf, old), { recursive: true, force: true });
    }
    return await startSite({ ...options, saveTo: folder });
  } finally {
    await release();
  }
}

/** Of all that has a part in what a saved site is: the programs, by size and time, and the sources. */
async function fingerprint(): Promise<string> {
  const programs = await Promise.all(
    sitePeerNames.map(async (name) => {
      const { size, mtimeMs } = await stat(peer(name).path);
      return `${name} ${size} ${mtimeMs}`;
    }),
  );
  const files = globSync('**/*.ts', { cwd: sources }).filter((file) => !file.endsWith('.test.ts'));
  const texts = await Promise.all(files.toSorted().map((file) => readFile(join(sources, file), 'utf8')));
  return hash([...programs, ...texts].join('\n'));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Holds a name on this machine, as an abstract socket (unix(7)), which ends with the process that holds it. */
async function exclusively(name: string): Promise<() => Promise<void>> {
  const server = await waitUntil(
    'another process that makes this site',
    () => listen(`\0sealift-site-${name}`),
    900_000,
  );
  return () => new Promise((done) => server.close(() => done()));
}

function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen(address, () => resolve(server));
  });
}
