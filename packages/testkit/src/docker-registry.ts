import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Peer } from './peers.ts';
import { waitUntil } from './wait-until.ts';

/** Debian's docker-registry (CNCF distribution 2.8), serving an empty folder. */
export interface DockerRegistry {
  /** `127.0.0.1:<port>`, plain HTTP. */
  readonly registry: string;
  stop(): Promise<void>;
}

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
  // Into a file: a test that waits for a program reads no pipe meanwhile, and a full one would stop the registry.
  const logPath = join(folder, 'registry.log');
  const log = openSync(logPath, 'w');
  const child = spawn(peer.path, ['serve', join(folder, 'config.yml')], { stdio: ['ignore', 'ignore', log] });
  closeSync(log);
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const listening = waitUntil('docker-registry to listen', async () => {
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(await readFile(logPath, 'utf8'))?.[1];
    return port === undefined ? undefined : `127.0.0.1:${port}`;
  });
  try {
    return { registry: await listening, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
