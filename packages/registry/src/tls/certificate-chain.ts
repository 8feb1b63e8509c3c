import { X509Certificate } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';

/** More than any chain has; what is longer is no chain. */
const mostCertificates = 100;
const longestChain = 10;

/** A chain from a server's certificate to the root that clients trust. */
export interface CertificateChain {
  /** The server's own first, then each that signed the one before it, without the root: what the server sends. */
  readonly sent: readonly X509Certificate[];
  /** What clients have to trust; the server's own where it signed itself. */
  readonly root: X509Certificate;
}

/** The certificates of a PEM text, in its order. @throws CERTIFICATE_UNREADABLE */
export function readPemCertificates(text: string, path: string): readonly X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const refuse = (reason: string, cause?: unknown): SealiftError =>
    new SealiftError('CERTIFICATE_UNREADABLE', { values: { path, reason }, place: path, cause });
  if (blocks.length === 0) throw refuse('it holds no certificate in PEM form');
  if (blocks.length > mostCertificates) throw refuse(`it holds more than ${mostCertificates} certificates`);
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw refuse(`certificate ${index + 1} is damaged`, error);
    }
  });
}

/**
 * Builds the chain from the server's certificate (RFC 5280, section 6): of several that could have signed one, the first that leads to a root
 * is taken.
 *
 * @param between certificates that may stand between
 * @param roots what clients would trust
 * @returns undefined `chain` with the certificate whose issuer is missing, where there is none
 */
export function buildChain(
  leaf: X509Certificate,
  between: readonly X509Certificate[],
  roots: readonly X509Certificate[],
): { readonly chain: CertificateChain } | { readonly chain: undefined; readonly lacking: X509Certificate } {
  let lacking = leaf;
  const extend = (sent: readonly X509Certificate[]): CertificateChain | undefined => {
    const last = sent.at(-1) ?? leaf;
    if (isSelfSigned(last)) return sent.length === 1 ? { sent, root: last } : undefined;
    const root = roots.find((one) => hasSigned(one, last));
    if (root !== undefined) return { sent, root };
    lacking = last;
    if (sent.length >= longestChain) return undefined;
    for (const next of between) {
      const isNew = sent.every(({ fingerprint256 }) => fingerprint256 !== next.fingerprint256);
      const found = isNew && !isSelfSigned(next) && hasSigned(next, last) ? extend([...sent, next]) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const chain = extend([leaf]);
  return chain === undefined ? { chain, lacking } : { chain };
}

/** Whether a certificate is its own issuer. */
export function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey);
}

function hasSigned(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** PEM, one behind the other. */
export function pemOf(certificates: readonly X509Certificate[]): string {
  return certificates
    .map((one) => one.toString().trimEnd())
    .join('\n')
    .concat('\n');
}
