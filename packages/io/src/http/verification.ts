import type { PeerCertificate } from 'node:tls';
import type { TlsOptions } from './agents.ts';

/** What verifies the connections of a pool. */
export interface Verification {
  /** PEM. */
  readonly ca: readonly string[];
  /** The only certificate accepted; the name in it does not matter then, nor whether it is an authority. */
  readonly pin?: (certificate: PeerCertificate) => boolean;
}

export function tlsOf({ ca, pin }: Verification): TlsOptions {
  if (pin === undefined) return { ca: [...ca] };
  return {
    ca: [...ca],
    allowPartialTrustChain: true,
    checkServerIdentity: (_host, certificate) => (pin(certificate) ? undefined : new NotPinned()),
  };
}

/** Not of the code that another name has: the remedy is another one. */
class NotPinned extends Error {
  readonly code = 'CERT_NOT_PINNED';

  constructor() {
    super('it is not the pinned certificate');
  }
}
