import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueServerCertificate, makeAuthority } from './authority.ts';
import { checkGivenCertificate } from './given-certificate.ts';
import { makeSelfSigned } from './self-signed.ts';
import { algorithm, type Certificate, keyText, loadX509, makeKeys, newSerial } from './x509.ts';

/** An authority that another one signed, and that may sign servers; or a server's certificate for something else. */
async function signed(by: Certificate, what: { readonly authority: boolean; readonly usage?: string }) {
  const x509 = await loadX509();
  const keys = await makeKeys();
  const pkcs8 = new Uint8Array(createPrivateKey(by.key).export({ type: 'pkcs8', format: 'der' }));
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: newSerial(),
      subject: what.authority ? 'CN=between' : 'CN=server',
      issuer: new x509.X509Certificate(by.cert).subject,
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + 86_400_000),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
      extensions: [
        new x509.BasicConstraintsExtension(what.authority, undefined, true),
        ...(what.usage === undefined ? [] : [new x509.ExtendedKeyUsageExtension([what.usage])]),
        ...(what.authority ? [] : [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'host.example' }])]),
      ],
    },
    webcrypto,
  );
  return { cert: `${certificate.toString('pem')}\n`, key: await keyText(keys.privateKey) };
}

describe('a certificate that is given', () => {
  let folder: string;
  let root: Certificate;
  let between: Certificate;
  let leaf: Certificate;
  const names = ['host.example', '192.0.2.7'];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-given-'));
    root = await makeAuthority('root');
    between = await signed(root, { authority: true });
    leaf = await issueServerCertificate(between, names);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  let count = 0;
  /** Each has a name of its own: several are looked at at once. */
  const file = (name: string, text: string): string => {
    count += 1;
    const path = join(folder, `${count}-${name}`);
    writeFileSync(path, text);
    return path;
  };
  const check = (cert: string, key: string, ca: string | undefined, wanted = names, now?: Date) =>
    checkGivenCertificate(
      {
        cert: file('cert.pem', cert),
        key: file('key.pem', key),
        ...(ca === undefined ? {} : { ca: file('ca.pem', ca) }),
      },
      wanted,
      {},
      now,
    );
  const both = () => `${leaf.cert}${between.cert}`;

  it('is taken with its chain in the order in which it is sent, and without the root', async () => {
    const subjects = (pem: string) =>
      (pem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []).map((one) => new X509Certificate(one).subject);
    const wanted = ['CN=host.example', 'CN=between'];
    for (const [cert, ca] of [
      [both(), root.cert],
      [`${both()}${root.cert}`, root.cert],
      [leaf.cert, `${root.cert}${between.cert}`],
    ] as const) {
      const checked = await check(cert, leaf.key, ca);
      expect([subjects(checked.chain), subjects(checked.ca)]).toEqual([wanted, ['CN=root']]);
    }
  });

  it('is taken where this machine trusts its root, and where it signed itself', async () => {
    const env = { SSL_CERT_FILE: file('trusted.pem', root.cert) };
    const files = { cert: file('c.pem', both()), key: file('k.pem', leaf.key) };
    expect((await checkGivenCertificate(files, names, env)).ca.trim()).toBe(root.cert.trim());
    const own = await makeSelfSigned(['host.example']);
    expect((await check(own.cert, own.key, undefined, ['host.example'])).ca.trim()).toBe(own.cert.trim());
  });

  it('is refused by name for each thing that clients would refuse', async () => {
    const other = await makeAuthority('other');
    const forClients = await signed(root, { authority: false, usage: '1.3.6.1.5.5.7.3.2' });
    const codes: Record<string, Promise<unknown>> = {
      CERTIFICATE_UNREADABLE: check('nonsense', leaf.key, root.cert),
      CERTIFICATE_KEY_UNREADABLE: check(both(), 'nonsense', root.cert),
      CERTIFICATE_KEY_OTHER: check(both(), root.key, root.cert),
      CERTIFICATE_NAME_OTHER: check(both(), leaf.key, root.cert, ['elsewhere.example']),
      CERTIFICATE_EXPIRED: check(both(), leaf.key, root.cert, names, new Date(Date.now() + 500 * 86_400_000)),
      CERTIFICATE_EARLY: check(both(), leaf.key, root.cert, names, new Date(Date.now() - 500 * 86_400_000)),
      CERTIFICATE_PURPOSE: check(forClients.cert, forClients.key, root.cert, ['host.example']),
      CERTIFICATE_CHAIN_OPEN: check(leaf.cert, leaf.key, root.cert),
    };
    await Promise.all(Object.entries(codes).map(([code, refused]) => expect(refused).rejects.toMatchObject({ code })));
    await expect(check(both(), leaf.key, other.cert)).rejects.toMatchObject({ code: 'CERTIFICATE_CHAIN_OPEN' });
    await expect(check(both(), leaf.key, undefined)).rejects.toMatchObject({ code: 'CERTIFICATE_CHAIN_OPEN' });
    await expect(check(both(), leaf.key, root.cert, ['192.0.2.8'])).rejects.toThrow(/192\.0\.2\.8/);
    const locked = createPrivateKey(leaf.key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'x',
    });
    await expect(check(both(), locked.toString(), root.cert)).rejects.toThrow(/protected by a password/);
    await expect(checkGivenCertificate({ cert: '/nowhere', key: '/nowhere' }, names, {})).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
  });
});

describe('an authority', () => {
  it('signs a server that clients take, and none that outlives it', async () => {
    const nine = new Date(Date.now() - 9.5 * 365 * 86_400_000);
    const authority = await makeAuthority('ten years', nine);
    const server = new X509Certificate((await issueServerCertificate(authority, ['::1', 'a.example'])).cert);
    const ca = new X509Certificate(authority.cert);
    expect([server.ca, ca.ca, server.checkIssued(ca), server.verify(ca.publicKey)]).toEqual([false, true, true, true]);
    expect(server.validToDate).toEqual(ca.validToDate);
    expect(server.checkIP('::1')).toBe('::1');
  });
});
