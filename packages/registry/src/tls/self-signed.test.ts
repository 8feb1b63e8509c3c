import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { RegistryClient } from '@sealift/oci/registry-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveRegistry } from '../serve.ts';
import { userAccess } from '../users.ts';
import { keptCertificate, namesOfThisMachine } from './kept-certificate.ts';
import { makeSelfSigned } from './self-signed.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-tls-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('a self-signed certificate', () => {
  it('is for its names and addresses, for a server, and no authority', async () => {
    const { cert, key } = await makeSelfSigned(['support.example', '192.0.2.7', '2001:db8::1', '::ffff:192.0.2.8']);
    const parsed = new X509Certificate(cert);
    expect(parsed.subjectAltName).toBe(
      'DNS:support.example, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1, IP Address:0:0:0:0:0:FFFF:C000:208',
    );
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(parsed.ca).toBe(false);
    expect(parsed.checkIP('192.0.2.9')).toBeUndefined();
    const days = (parsed.validToDate.getTime() - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(396);
    expect(days).toBeLessThan(398);
  });

  it('is good beyond 2050, when the time is written in another way', async () => {
    const parsed = new X509Certificate((await makeSelfSigned(['a'], new Date('2051-03-04T05:06:07Z'))).cert);
    expect(parsed.validToDate.toISOString()).toBe('2052-04-04T05:06:07.000Z');
  });

  it('is trusted by a client that is given it, and by no other', async () => {
    const tls = await keptCertificate(join(folder, 'tls'), namesOfThisMachine('127.0.0.1'));
    const authorize = userAccess([{ name: 'me', password: new Secret('p'), access: 'push' }]);
    const served = await serveRegistry({ storageDir: join(folder, 's'), host: '127.0.0.1', port: 0, authorize, tls });
    const ping = async (env: Record<string, string>): Promise<void> => {
      const credential = basicCredential('me', new Secret('p'));
      const client = new RegistryClient({ registry: served.registry, credential, env });
      await client.ping().finally(() => client.close());
    };
    try {
      await ping({ SSL_CERT_FILE: tls.path });
      await expect(ping({})).rejects.toMatchObject({ code: 'REGISTRY_CERTIFICATE_UNTRUSTED' });
    } finally {
      await served.close();
    }
  });
});

describe('the certificate that is kept', () => {
  it('stays the same until a name is missing, and its key is private', async () => {
    const first = await keptCertificate(folder, ['a.example']);
    expect(first.fingerprint).toMatch(/^[0-9A-F]{2}(?::[0-9A-F]{2}){31}$/);
    expect((await stat(join(folder, 'key.pem'))).mode & 0o777).toBe(0o600);
    expect((await keptCertificate(folder, ['a.example'])).fingerprint).toBe(first.fingerprint);
    const wider = await keptCertificate(folder, ['a.example', 'b.example']);
    expect(wider.fingerprint).not.toBe(first.fingerprint);
    expect(await readFile(wider.path, 'utf8')).toBe(wider.cert);
  });

  it('is renewed before it ends', async () => {
    const old = await makeSelfSigned(['a.example'], new Date(Date.now() - 370 * 86_400_000));
    await writeFile(join(folder, 'cert.pem'), old.cert);
    await writeFile(join(folder, 'key.pem'), old.key);
    expect((await keptCertificate(folder, ['a.example'])).cert).not.toBe(old.cert);
  });
});
