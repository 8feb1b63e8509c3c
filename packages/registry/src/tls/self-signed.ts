import { webcrypto } from 'node:crypto';
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

/**
 * Makes a certificate that signs itself, for a server (RFC 5280). It is no authority: who trusts it trusts this server and nothing that its
 * key might sign.
 *
 * @param names host names and IP addresses under which the server is reached
 */
export async function makeSelfSigned(names: readonly string[], now: Date = new Date()): Promise<Certificate> {
  const x509 = await loadX509();
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: newSerial(),
      name: 'CN=sealift registry',
      notBefore: new Date(now.getTime() - dayMs),
      notAfter: new Date(now.getTime() + serverLifeDays * dayMs),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.SubjectAlternativeNameExtension(subjectNames(names)),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.BasicConstraintsExtension(false, undefined, true),
      ],
    },
    webcrypto,
  );
  return { cert: `${certificate.toString('pem')}\n`, key: await keyText(keys.privateKey) };
}
