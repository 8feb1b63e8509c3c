import { createPrivateKey, generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import 'reflect-metadata';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  type Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate and its private key (PKCS #8), PEM. */
export interface CertifiedKey {
  readonly cert: string;
  readonly key: string;
}

/** For whom a certificate is. To Kubernetes the common name is a user and the organizations are its groups. */
export interface Holder {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  /** Host names and IP addresses under which the holder is reached. */
  readonly names?: readonly string[];
}

/** A certificate authority that makes a cluster's certificates (RFC 5280), trusted by nobody else. */
export interface Authority {
  /** The authority's own. */
  readonly own: CertifiedKey;
  /** A certificate for servers and clients, valid from yesterday for ten years. */
  issue(holder: Holder): Promise<CertifiedKey>;
}

const elliptic = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
const dayMs = 24 * 3_600_000;

/** Makes an authority of its own key (ECDSA, P-256). */
export async function makeAuthority(commonName: string): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(elliptic, true, ['sign', 'verify']);
  const name = [{ CN: [commonName] }];
  const certificate = await X509CertificateGenerator.create(
    {
      ...validity(),
      subject: name,
      issuer: name,
      publicKey: keys.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: elliptic,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(
          KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature,
          true,
        ),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return openAuthority({ cert: pem(certificate), key: await exportKey(keys.privateKey) });
}

/** Opens an authority that somebody else made: elliptic (P-256) or RSA, as Cluster API's are. */
export async function openAuthority(own: CertifiedKey): Promise<Authority> {
  const certificate = new X509Certificate(own.cert);
  const key = createPrivateKey(own.key);
  const algorithm = key.asymmetricKeyType === 'rsa' ? rsa : elliptic;
  const der = key.export({ type: 'pkcs8', format: 'der' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
  // The name as it stands there: written anew it could differ in its bytes, and no longer be the issuer's.
  const issuer = certificate.subjectName;
  // By the identifier that it gives itself, whatever that was made from: by another one the chain would not be found (RFC 5280, 4.2.1.1).
  const keyId = certificate.getExtension(SubjectKeyIdentifierExtension)?.keyId;
  const authorityKey =
    keyId === undefined
      ? await AuthorityKeyIdentifierExtension.create(certificate, false, webcrypto)
      : new AuthorityKeyIdentifierExtension(keyId);
  return { own, issue: (holder) => issue(holder, issuer, signingKey, algorithm, authorityKey) };
}

/** A key that signs the tokens of service accounts; the API server takes its public half out of it by itself. */
export function makeAccountKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'sec1', format: 'pem' }).toString();
}

async function issue(
  holder: Holder,
  issuer: Name,
  signingKey: webcrypto.CryptoKey,
  signingAlgorithm: typeof rsa | typeof elliptic,
  authorityKey: Extension,
): Promise<CertifiedKey> {
  const keys = await webcrypto.subtle.generateKey(elliptic, true, ['sign', 'verify']);
  const names = holder.names ?? [];
  const certificate = await X509CertificateGenerator.create(
    {
      ...validity(),
      subject: [...(holder.organizations ?? []).map((name) => ({ O: [name] })), { CN: [holder.commonName] }],
      issuer,
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
        authorityKey,
        ...(names.length === 0
          ? []
          : [
              new SubjectAlternativeNameExtension(
                names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
              ),
            ]),
      ],
    },
    webcrypto,
  );
  return { cert: pem(certificate), key: await exportKey(keys.privateKey) };
}

function validity(): { readonly serialNumber: string; readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  // Begins with 01: never negative, never shortened.
  const serialNumber = `01${randomBytes(15).toString('hex')}`;
  return { serialNumber, notBefore: new Date(now - dayMs), notAfter: new Date(now + 3650 * dayMs) };
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const exported = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return exported.export({ type: 'pkcs8', format: 'pem' }).toString();
}
