import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { isIP, isIPv6 } from 'node:net';

/** A certificate and its private key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const dayMs = 24 * 3_600_000;
const lifeDays = 397;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/**
 * Makes a certificate that signs itself, for a server (RFC 5280; ECDSA with P-256 and SHA-256, RFC 5758). It is no authority: who
 * trusts it trusts this server and nothing that its key might sign.
 *
 * @param names host names and IP addresses under which the server is reached
 */
export async function makeSelfSigned(names: readonly string[], now: Date = new Date()): Promise<Certificate> {
  // Few registries make one, and all would wait for it to load; it needs the metadata to be there first.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      // Begins with 01: never negative, never shortened.
      serialNumber: `01${randomBytes(15).toString('hex')}`,
      name: 'CN=sealift registry',
      notBefore: new Date(now.getTime() - dayMs),
      notAfter: new Date(now.getTime() + lifeDays * dayMs),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.SubjectAlternativeNameExtension(
          names.map((name) => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: plainAddress(name) })),
        ),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.BasicConstraintsExtension(false, undefined, true),
      ],
    },
    webcrypto,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return { cert: `${certificate.toString('pem')}\n`, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** The URL parser writes every form of an IPv6 address in one way, without dots, which the library would misread. */
function plainAddress(name: string): string {
  return isIPv6(name) ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name;
}
