import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { trustedCertificates } from '@sealift/io/http/certificates';
import { readNamedFile } from '@sealift/io/read-file';
import { buildChain, isSelfSigned, pemOf, readPemCertificates } from './certificate-chain.ts';

/** The files that somebody gives. */
export interface GivenFiles {
  readonly cert: string;
  readonly key: string;
  /** What clients trust; without it a certificate that this machine trusts has to stand at the end. */
  readonly ca?: string | undefined;
}

/** A certificate that was found to be good for a server, PEM. */
export interface CheckedCertificate {
  /** What the server sends: its own, and those up to the root. */
  readonly chain: string;
  readonly key: string;
  /** What clients have to trust. */
  readonly ca: string;
}

/** Larger than any certificate with all that stand above it. */
const limitBytes = 1024 * 1024;
/** `id-kp-serverAuth`, `anyExtendedKeyUsage` (RFC 5280, section 4.2.1.12). */
const serverUsages = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0'];

/**
 * Looks whether a certificate and key are good for a server under some names, as its clients will: key, names, dates, purpose, and a chain to what
 * they trust.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_TOO_LARGE, CERTIFICATE_UNREADABLE, CERTIFICATE_KEY_UNREADABLE, CERTIFICATE_KEY_OTHER,
 *   CERTIFICATE_NAME_OTHER, CERTIFICATE_EXPIRED, CERTIFICATE_EARLY, CERTIFICATE_PURPOSE, CERTIFICATE_CHAIN_OPEN
 */
export async function checkGivenCertificate(
  files: GivenFiles,
  names: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  now: Date = new Date(),
): Promise<CheckedCertificate> {
  const text = async (path: string, place: string): Promise<string> =>
    (await readNamedFile(path, limitBytes, place)).toString('utf8');
  const given = readPemCertificates(await text(files.cert, '--cert'), files.cert);
  const [leaf] = given;
  if (leaf === undefined) throw new Error('a text without certificates was read');
  const key = readKey(await text(files.key, '--key'), files.key);
  if (!leaf.checkPrivateKey(key)) {
    throw new SealiftError('CERTIFICATE_KEY_OTHER', { values: { key: files.key, cert: files.cert }, place: files.key });
  }
  assertNames(leaf, names, files.cert);
  assertCurrent(leaf, files.cert, now);
  assertPurpose(leaf, files.cert);
  const ca = files.ca === undefined ? undefined : readPemCertificates(await text(files.ca, '--ca'), files.ca);
  const roots = ca?.filter((one) => isSelfSigned(one)) ?? trustedOf(given, env);
  const built = buildChain(leaf, [...given, ...(ca ?? [])], roots);
  if (built.chain === undefined) {
    const values = { path: files.cert, subject: oneLine(built.lacking.subject), issuer: oneLine(built.lacking.issuer) };
    throw new SealiftError('CERTIFICATE_CHAIN_OPEN', { values, place: files.cert });
  }
  const { sent, root } = built.chain;
  for (const one of [...sent.slice(1), root]) assertCurrent(one, files.ca ?? files.cert, now);
  const checked = {
    chain: pemOf(sent),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ca: pemOf([root]),
  };
  assertTaken(checked, files.cert);
  return checked;
}

/** Whether a certificate is for a name or an address (RFC 6125): by its alternative names alone, as clients go. */
export function isFor(certificate: X509Certificate, name: string): boolean {
  return (
    (isIP(name) === 0 ? certificate.checkHost(name, { subject: 'never' }) : certificate.checkIP(name)) !== undefined
  );
}

function readKey(text: string, path: string): KeyObject {
  const refuse = (reason: string, cause?: unknown): SealiftError =>
    new SealiftError('CERTIFICATE_KEY_UNREADABLE', { values: { path, reason }, place: path, cause });
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(text)) {
    throw refuse('it is protected by a password, and a service that starts by itself cannot be asked for one');
  }
  try {
    return createPrivateKey(text);
  } catch (error) {
    throw refuse('it holds no private key in PEM form', error);
  }
}

function assertNames(leaf: X509Certificate, names: readonly string[], path: string): void {
  const missing = names.find((name) => !isFor(leaf, name));
  if (missing === undefined) return;
  const found = leaf.subjectAltName ?? 'none (its subject alone is not looked at by clients)';
  throw new SealiftError('CERTIFICATE_NAME_OTHER', { values: { path, name: missing, found }, place: path });
}

function assertCurrent(certificate: X509Certificate, path: string, now: Date): void {
  const subject = oneLine(certificate.subject);
  if (certificate.validToDate <= now) {
    const values = { path, subject, end: certificate.validToDate.toISOString() };
    throw new SealiftError('CERTIFICATE_EXPIRED', { values, place: path });
  }
  if (certificate.validFromDate > now) {
    const values = { path, subject, start: certificate.validFromDate.toISOString() };
    throw new SealiftError('CERTIFICATE_EARLY', { values, place: path });
  }
}

/** Where it says nothing of what it is for, it is for everything. */
function assertPurpose(leaf: X509Certificate, path: string): void {
  // The types promise it always; it is undefined where the certificate lacks the extension.
  const usages: readonly string[] | undefined = leaf.keyUsage;
  if (usages === undefined || usages.some((usage) => serverUsages.includes(usage))) return;
  throw new SealiftError('CERTIFICATE_PURPOSE', { values: { path, found: usages.join(', ') }, place: path });
}

/** Roots of this machine; of the certificate's own file only where it is the server's and signed itself. */
function trustedOf(
  given: readonly X509Certificate[],
  env: Readonly<Record<string, string | undefined>>,
): readonly X509Certificate[] {
  const issuers = new Set(given.map(({ issuer }) => issuer));
  const texts = [...trustedCertificates(env)].flatMap(
    (text) => text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [],
  );
  return texts.map((text) => new X509Certificate(text)).filter(({ subject }) => issuers.has(subject));
}

/** TLS itself refuses keys that are too short and signatures that are too weak. */
function assertTaken({ chain, key }: CheckedCertificate, path: string): void {
  try {
    createSecureContext({ cert: chain, key });
  } catch (error) {
    throw new SealiftError('CERTIFICATE_UNREADABLE', {
      values: { path, reason: reasonOf(error) },
      place: path,
      cause: error,
    });
  }
}

function oneLine(name: string): string {
  return name.replaceAll('\n', ', ');
}
