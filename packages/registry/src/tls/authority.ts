import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import {
  algorithm,
  type Certificate,
  dayMs,
  keyText,
  loadX509,
  makeKeys,
  newSerial,
  serverLifeDays,
  subjectNames,
} from './x509.ts';

const authorityLifeDays = 3650;

/**
 * Makes an authority that signs certificates of servers and no other authority (RFC 5280, section 4.2.1.9), good for ten years.
 *
 * @param name what people read in its certificate; without characters that a distinguished name takes for something else (RFC 4514)
 */
export async function makeAuthority(name: string, now: Date = new Date()): Promise<Certificate> {
  const x509 = await loadX509();
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: newSerial(),
      name: [{ CN: [name] }],
      notBefore: new Date(now.getTime() - dayMs),
      notAfter: new Date(now.getTime() + authorityLifeDays * dayMs),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { cert: `${certificate.toString('pem')}\n`, key: await keyText(keys.privateKey) };
}

/**
 * Makes a server's certificate that an authority signs. It ends with the authority where that ends first.
 *
 * @param authority one that `makeAuthority` made
 * @param names host names and IP addresses under which the server is reached; the first is what people read
 */
export async function issueServerCertificate(
  authority: Certificate,
  names: readonly string[],
  now: Date = new Date(),
): Promise<Certificate> {
  const x509 = await loadX509();
  const keys = await makeKeys();
  const signer = new x509.X509Certificate(authority.cert);
  const pkcs8 = createPrivateKey(authority.key).export({ type: 'pkcs8', format: 'der' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), algorithm, false, ['sign']);
  const end = Math.min(
    now.getTime() + serverLifeDays * dayMs,
    new X509Certificate(authority.cert).validToDate.getTime(),
  );
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: newSerial(),
      // Nothing reads it but people: clients go by the names below, which know no limit of 64 characters.
      subject: [{ CN: [(names[0] ?? 'sealift').slice(0, 64)] }],
      issuer: signer.subject,
      notBefore: new Date(now.getTime() - dayMs),
      notAfter: new Date(end),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey,
      extensions: [
        new x509.SubjectAlternativeNameExtension(subjectNames(names)),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.BasicConstraintsExtension(false, undefined, true),
        await x509.AuthorityKeyIdentifierExtension.create(signer, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { cert: `${certificate.toString('pem')}\n`, key: await keyText(keys.privateKey) };
}
