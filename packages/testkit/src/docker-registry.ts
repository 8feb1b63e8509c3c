import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Peer } from './peers.ts';
import { runBound } from './process/bound-process.ts';

/** Debian's docker-registry (CNCF distribution 2.8), serving an empty folder. */
export interface DockerRegistry {
  /** `127.0.0.1:<port>`, plain HTTP. */
  readonly registry: string;
  stop(): Promise<void>;
}

/** A login of a registry, and the file that lets it in: `htpasswd -nbBC 4 me secret`. */
export const dockerLogin = {
  username: 'me',
  password: 'secret',
  htpasswd: 'me:$2y$04$u/VMB/AU/utSx8snTd8WNuaG0IF40LfW6P8b9Kmn0eyKfIEx0wBsy\n',
};

/**
 * Starts docker-registry on a free loopback port and waits until it listens.
 *
 * @param htpasswd lines of an htpasswd file (bcrypt); without them it asks nobody for a login
 */
export async function startDockerRegistry(peer: Peer, htpasswd?: string): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'sealift-docker-registry-'));
  const passwords = join(folder, 'htpasswd');
  await writeFile(passwords, htpasswd ?? '');
  const config = {
    version: 0.1,
    log: { level: 'info', formatter: 'json', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: '127.0.0.1:0' },
    ...(htpasswd === undefined ? {} : { auth: { htpasswd: { realm: 'test', path: passwords } } }),
  };
  // JSON is YAML, which is what it reads.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  const log = join(folder, 'registry.log');
  const registry = runBound(peer.path, ['serve', join(folder, 'config.yml')], { log });
  const stop = async (): Promise<void> => {
    await registry.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const port = async (): Promise<string | undefined> =>
    /listening on 127\.0\.0\.1:(\d+)/.exec(await readFile(log, 'utf8'))?.[1];
  try {
    await registry.untilReady(async () => (await port()) !== undefined, 30_000);
    return { registry: `127.0.0.1:${await port()}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
