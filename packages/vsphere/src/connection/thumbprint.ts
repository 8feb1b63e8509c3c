import { SealiftError } from '@sealift/core/errors';

/** A certificate's SHA-256 fingerprint: 64 lower-case hex digits. */
export type Thumbprint = string & { readonly thumbprint: unique symbol };

const bare = (text: string): string => text.trim().replaceAll(':', '').toLowerCase();
/** Of `openssl x509 -fingerprint`, whose line is given as it was printed. */
const label = /^sha-?(?:1|256) fingerprint=/i;

/**
 * Reads a pinned thumbprint: SHA-256 in hex, with or without colons, or the line that openssl prints. The SHA-1 form that older vCenters show is refused:
 * certificates with one SHA-1 can be made in pairs.
 *
 * @throws VSPHERE_THUMBPRINT_INVALID
 */
export function parseThumbprint(given: string): Thumbprint {
  const hex = bare(given.trim().replace(label, ''));
  if (isThumbprint(hex)) return hex;
  const reason = /^[0-9a-f]{40}$/.test(hex) ? 'it is a SHA-1 thumbprint' : 'it is not 64 hex digits';
  throw new SealiftError('VSPHERE_THUMBPRINT_INVALID', { values: { reason } });
}

/** A thumbprint as vCenter shows it: upper-case pairs with colons. */
export function printThumbprint(thumbprint: Thumbprint): string {
  return thumbprint.toUpperCase().replaceAll(/(..)(?!$)/g, '$1:');
}

/** Node's `fingerprint256` as a thumbprint. */
export function thumbprintOf(certificate: { readonly fingerprint256: string }): Thumbprint | undefined {
  const hex = bare(certificate.fingerprint256);
  return isThumbprint(hex) ? hex : undefined;
}

/**
 * Whether a certificate has the thumbprint that vCenter itself named for a host of its own (`sslThumbprint` of a lease).
 * It came over a verified connection; vCenter names SHA-1, newer ones SHA-256.
 */
export function hasNamedThumbprint(
  certificate: { readonly fingerprint: string; readonly fingerprint256: string },
  named: string,
): boolean {
  const wanted = bare(named);
  return wanted !== '' && (wanted === bare(certificate.fingerprint256) || wanted === bare(certificate.fingerprint));
}

function isThumbprint(hex: string): hex is Thumbprint {
  return /^[0-9a-f]{64}$/.test(hex);
}
