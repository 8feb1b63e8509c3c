import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { makeFolder } from '@sealift/io/make-folder';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { isMissing } from '@sealift/io/file-errors';
import { makeSelfSigned } from './self-signed.ts';
import type { Certificate } from './x509.ts';

const renewBeforeMs = 30 * 24 * 3_600_000;

/** A certificate that was made here, with what clients need to trust it. */
export interface KeptCertificate extends Certificate {
  /** SHA-256 of the certificate, in hex with colons, as browsers and openssl show it. */
  readonly fingerprint: string;
  /** The file to name in a client's `SSL_CERT_FILE`. */
  readonly path: string;
}

/**
 * The self-signed certificate kept in a folder; made when it is missing, ends within 30 days, or lacks one of the names.
 * The key is readable by this user only.
 */
export async function keptCertificate(folder: string, names: readonly string[]): Promise<KeptCertificate> {
  const path = join(folder, 'cert.pem');
  const held = await readHeld(folder, names);
  const certificate = held ?? (await makeSelfSigned(names));
  if (held === undefined) {
    makeFolder(folder, 0o700);
    await writeFileAtomically(join(folder, 'key.pem'), certificate.key, 0o600);
    await writeFileAtomically(path, certificate.cert, 0o644);
  }
  return { ...certificate, path, fingerprint: new X509Certificate(certificate.cert).fingerprint256 };
}

/** Names and addresses of this machine, and of the address it listens on unless that stands for all of them. */
export function namesOfThisMachine(listensOn: string): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((some) => (some ?? []).map(({ address }) => address));
  const named = [
    'localhost',
    hostname().toLowerCase(),
    '127.0.0.1',
    '::1',
    ...addresses.filter((one) => isIP(one) !== 0 && !/^fe80:/i.test(one)),
  ];
  if (listensOn !== '0.0.0.0' && listensOn !== '::') named.unshift(listensOn);
  return [...new Set(named.map((name) => name.replace(/%.*$/, '')))].filter((name) => /^[\w.:-]{1,253}$/.test(name));
}

async function readHeld(folder: string, names: readonly string[]): Promise<Certificate | undefined> {
  try {
    const cert = await readFile(join(folder, 'cert.pem'), 'utf8');
    const key = await readFile(join(folder, 'key.pem'), 'utf8');
    const parsed = new X509Certificate(cert);
    const lasts = parsed.validToDate.getTime() - renewBeforeMs > Date.now();
    const covers = names.every(
      (name) => (isIP(name) === 0 ? parsed.checkHost(name) : parsed.checkIP(name)) !== undefined,
    );
    return lasts && covers ? { cert, key } : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
