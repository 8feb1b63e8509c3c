import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Peer } from './peers.ts';

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
  const child = spawn(peer.path, ['serve', join(folder, 'config.yml')], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  child.stdout.resume();
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const lines = createInterface({ input: child.stderr });
  const listening = new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const port = /listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port !== undefined) resolve(`127.0.0.1:${port}`);
    });
    void ended.then(() => reject(new Error('docker-registry ended before it listened')));
  });
  try {
    return { registry: await listening, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
