import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testKey, validCertificate } from './certificates.ts';
import type { Peer } from './peers.ts';
import { flags, runBound } from './process/bound-process.ts';
import { PortBlock } from './site/port-block.ts';

/** Versity's S3 gateway over a folder, with one bucket. */
export interface S3Server {
  /** `http://127.0.0.1:<port>`, or `https://localhost:<port>` with the certificate `validCertificate`. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Where an object of the bucket is a file. */
  pathOf(key: string): string;
  stop(): Promise<void>;
}

/** Starts the peer `versitygw` on a free loopback port and waits until it answers. */
export async function startS3Server(
  versitygw: Peer,
  { tls = false }: { readonly tls?: boolean } = {},
): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'sealift-s3-'));
  const ports = await PortBlock.claim();
  const [accessKey, secretKey, region, bucket] = ['BACKUPKEY', 'a secret of backups', 'site-1', 'backups'];
  const certificate = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  await writeFile(certificate.cert, validCertificate);
  await writeFile(certificate.key, testKey);
  const [root, sidecar] = [join(folder, 'root'), join(folder, 'sidecar')];
  await mkdir(join(root, bucket), { recursive: true });
  await mkdir(sidecar);
  const address = `127.0.0.1:${ports.at(1)}`;
  const options = flags({ port: address, region, health: '/health', ...(tls ? certificate : {}) });
  const server = runBound(versitygw.path, [...options, 'posix', ...flags({ sidecar }), root], {
    log: join(folder, 'versitygw.log'),
    environment: { ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    await ports.release();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await server.untilReady(() => answers(address), 30_000);
  } catch (error) {
    await stop();
    throw error;
  }
  const endpoint = tls ? `https://localhost:${ports.at(1)}` : `http://${address}`;
  return { endpoint, region, bucket, accessKey, secretKey, pathOf: (key) => join(root, bucket, key), stop };
}

/** Over plain HTTP a server of TLS answers 400, which is an answer. */
async function answers(address: string): Promise<boolean> {
  return await fetch(`http://${address}/health`).then(
    () => true,
    (error: unknown) => error instanceof Error && /other side closed|SSL|HTTP/i.test(String(error.cause)),
  );
}
