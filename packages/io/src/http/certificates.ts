import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { isMissing } from '../files/file-errors.ts';
import type { Environment } from './environment.ts';

/**
 * The certificates trusted on this machine, PEM: those of Node.js, of the system, of `NODE_EXTRA_CA_CERTS` and of the file `SSL_CERT_FILE`.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE when `SSL_CERT_FILE` names a file that can't be read
 */
export function trustedCertificates(env: Environment): ReadonlySet<string> {
  const certificates = new Set([...getCACertificates('default'), ...getCACertificates('system')]);
  const path = env['SSL_CERT_FILE'];
  if (path !== undefined && path !== '') certificates.add(readCertificates(path, 'SSL_CERT_FILE'));
  return certificates;
}

/** Certificates of a file in PEM form. @throws FILE_NOT_FOUND, FILE_UNREADABLE also where it holds none */
export function readCertificates(path: string, place?: string): string {
  const text = readText(path, place);
  // A store without certificates would be trusted in silence, and every connection blamed on the other side.
  const blocks = text.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END/g) ?? [];
  if (blocks.length > 0) return text;
  throw new SealiftError('FILE_UNREADABLE', {
    values: { path, reason: 'it holds no certificate in PEM form' },
    place: place ?? path,
    hint: 'Give a file with -----BEGIN CERTIFICATE----- in it; `openssl x509 -inform der -in FILE -out FILE.pem` makes one of the binary form.',
  });
}

function readText(path: string, place: string | undefined): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const where = place === undefined ? {} : { place };
    if (isMissing(error)) throw new SealiftError('FILE_NOT_FOUND', { values: { path }, ...where, cause: error });
    const reason = reasonOf(error);
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason }, ...where, cause: error });
  }
}
