import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testKey, validCertificate } from './certificates.ts';
import type { Peer } from './peers.ts';
import { runBound } from './process/bound-process.ts';

/** Debian's docker-registry (CNCF distribution 2.8), serving an empty folder. */
export interface DockerRegistry {
  /** `127.0.0.1:<port>`, plain HTTP; or `localhost:<port>` with the certificate `validCertificate`. */
  readonly registry: string;
  stop(): Promise<void>;
}

/**
 * Starts docker-registry on a free loopback port and waits until it listens.
 *
 * @param htpasswd lines of an htpasswd file (bcrypt); without them it asks nobody for a login
 */
export async function startDockerRegistry(
  peer: Peer,
  htpasswd?: string,
  { tls = false }: { readonly tls?: boolean } = {},
): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'sealift-docker-registry-'));
  const passwords = join(folder, 'htpasswd');
  await writeFile(passwords, htpasswd ?? '');
  const certificate = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  await writeFile(certificate.certificate, validCertificate);
  await writeFile(certificate.key, testKey);
  const config = {
    version: 0.1,
    log: { level: 'info', formatter: 'json', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: '127.0.0.1:0', ...(tls ? { tls: certificate } : {}) },
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
    return { registry: `${tls ? 'localhost' : '127.0.0.1'}:${await port()}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
