import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testKey, validCertificate } from './certificates.ts';
import type { Peer } from './peers.ts';
import { type BoundProcess, runBound } from './process/bound-process.ts';

/** Debian's docker-registry (CNCF distribution 2.8), serving an empty folder. */
export interface DockerRegistry {
  /** `127.0.0.1:<port>`, plain HTTP; or `localhost:<port>` with the certificate `validCertificate`. */
  readonly registry: string;
  /** Holds what it keeps, below `data`. */
  readonly folder: string;
  /** SIGKILL; what it keeps stays. */
  kill(): Promise<void>;
  /** Starts one that was killed again, at the same address. */
  again(): Promise<void>;
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
  const log = join(folder, 'registry.log');
  const begin = async (port: number): Promise<{ readonly process: BoundProcess; readonly registry: string }> => {
    const config = {
      version: 0.1,
      log: { level: 'info', formatter: 'json', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
      http: { addr: `127.0.0.1:${port}`, ...(tls ? { tls: certificate } : {}) },
      ...(htpasswd === undefined ? {} : { auth: { htpasswd: { realm: 'test', path: passwords } } }),
    };
    // JSON is YAML, which is what it reads.
    await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
    await writeFile(log, '');
    const process = runBound(peer.path, ['serve', join(folder, 'config.yml')], { log });
    const listening = async (): Promise<string | undefined> =>
      /listening on 127\.0\.0\.1:(\d+)/.exec(await readFile(log, 'utf8'))?.[1];
    try {
      await process.untilReady(async () => (await listening()) !== undefined, 30_000);
      return { process, registry: `${tls ? 'localhost' : '127.0.0.1'}:${await listening()}` };
    } catch (error) {
      await process.stop();
      throw error;
    }
  };
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const first = await begin(0);
    let running = first.process;
    const { registry } = first;
    return {
      registry,
      folder,
      kill: () => running.stop(),
      async again() {
        running = (await begin(Number(registry.split(':')[1]))).process;
      },
      async stop() {
        await running.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
