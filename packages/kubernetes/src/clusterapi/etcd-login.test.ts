import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { type CertifiedKey, makeAuthority } from '@sealift/testkit/site/pki';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { etcdLogin } from './etcd-login.ts';

const cluster = { namespace: 'default', name: 'enterprise' };

/** A management cluster that has at most this Secret. */
function having(data: Readonly<Record<string, string>> | undefined): Objects {
  const asked: unknown[] = [];
  const get = (ref: unknown): Promise<unknown> => {
    asked.push(ref);
    const encoded = Object.entries(data ?? {}).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    return Promise.resolve(data === undefined ? undefined : { data: Object.fromEntries(encoded) });
  };
  return { get: get as (ref: unknown) => Promise<KubeObject | undefined> } as unknown as Objects;
}

const secret = ({ cert, key }: CertifiedKey) => having({ 'tls.crt': cert, 'tls.key': key });

describe("a login to a cluster's etcd", () => {
  it('is a certificate for a client alone, by the authority of etcd, for some hours', async () => {
    const { own } = await makeAuthority('etcd-ca');
    const { ca, cert, key } = await etcdLogin(secret(own), cluster);
    const [made, authority] = [new X509Certificate(cert), new X509Certificate(ca)];
    expect(ca).toBe(own.cert);
    expect(made.checkIssued(authority) && made.verify(authority.publicKey)).toBe(true);
    expect(made.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(made.ca).toBe(false);
    expect(made.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(Date.parse(made.validTo) - Date.now()).toBeLessThan(25 * 3_600_000);
  });

  it.each([
    ['no Secret', undefined, 'keeps no authority'],
    ['a Secret without the key, as one that was given has', { 'tls.crt': 'x' }, 'no certificate with its key'],
    ['what is no certificate', { 'tls.crt': 'x', 'tls.key': 'y' }, 'no certificate can be made'],
  ])('is not there with %s', async (_, data, text) => {
    const refused = { code: 'ETCD_SNAPSHOT_FAILED', message: expect.stringContaining(text) };
    await expect(etcdLogin(having(data), cluster)).rejects.toMatchObject(refused);
  });

  it('is not made with a key that is another one than that of the authority', async () => {
    const { own } = await makeAuthority('etcd-ca');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const other = { cert: own.cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    await expect(etcdLogin(secret(other), cluster)).rejects.toMatchObject({ code: 'ETCD_SNAPSHOT_FAILED' });
  });
});
