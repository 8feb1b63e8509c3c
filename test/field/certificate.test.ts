import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { digestOf } from '@sealift/oci/digest';
import { RegistryClient } from '@sealift/oci/registry-client';
import { issueServerCertificate, makeAuthority } from '@sealift/registry/authority';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ServedRegistry, serveRegistry } from '../../packages/registry/src/serve.ts';

const repository = 'sealift/packs/any';
const bytes = randomBytes(8_000_000);
const digest = digestOf(bytes);
let folder: string;
let served: ServedRegistry;
let ours: Awaited<ReturnType<typeof makeAuthority>>;
let trusted: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-rotated-'));
  ours = await makeAuthority('ours');
  trusted = join(folder, 'ca.pem');
  await writeFile(trusted, ours.cert);
  served = await serveRegistry({
    storageDir: join(folder, 'storage'),
    host: '127.0.0.1',
    port: 0,
    tls: await issueServerCertificate(ours, ['127.0.0.1']),
    tokens: false,
    authorize: async () => 'push',
  });
  const client = open();
  await client.pushBlob(repository, digest, bytes.length, () =>
    Promise.resolve(Readable.from([bytes], { objectMode: false })),
  );
  client.close();
});
afterEach(async () => {
  await served.close();
  await rm(folder, { recursive: true, force: true });
});

/** As the engine asks; it tries again only where that may help. */
function open(): RegistryClient {
  return new RegistryClient({ registry: served.registry, env: { SSL_CERT_FILE: trusted }, retryDelaysMs: [] });
}

async function read(client: RegistryClient, meanwhile: () => void = () => undefined): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of await client.openBlob(repository, digest)) {
    if (parts.length === 0) meanwhile();
    parts.push(part as Uint8Array);
  }
  return Buffer.concat(parts);
}

it('26, the certificate of the registry is replaced: what is being read goes on to its end, and the next is read too', async () => {
  const client = open();
  const next = await issueServerCertificate(ours, ['127.0.0.1']);
  expect((await read(client, () => served.renew(next))).equals(bytes)).toBe(true);
  client.close();
  const after = open();
  expect((await read(after)).equals(bytes)).toBe(true);
  after.close();
});

it('26, where nobody trusts the new one, that is said by name and with a remedy, and goes on once it is trusted', async () => {
  const theirs = await makeAuthority('theirs');
  const client = open();
  const next = await issueServerCertificate(theirs, ['127.0.0.1']);
  expect((await read(client, () => served.renew(next))).equals(bytes)).toBe(true);
  client.close();
  const refused = open();
  await expect(read(refused)).rejects.toMatchObject({
    code: 'REGISTRY_CERTIFICATE_UNTRUSTED',
    hint: expect.stringContaining('SSL_CERT_FILE') as string,
  });
  refused.close();
  await writeFile(trusted, `${ours.cert}\n${theirs.cert}`);
  const after = open();
  expect((await read(after)).equals(bytes)).toBe(true);
  after.close();
});
