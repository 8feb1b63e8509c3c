import type { X509Certificate } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
import { Agents } from '@sealift/io/http/agents';
import { readCertificates, trustedCertificates } from '@sealift/io/http/certificates';
import type { Environment } from '@sealift/io/http/environment';
import { failureOf } from '@sealift/io/http/failure';
import { presentedCertificate } from '@sealift/io/http/presented-certificate';
import { tlsOf, type Verification } from '@sealift/io/http/verification';
import { asCatalogued } from './exchange.ts';
import type { Server } from './server.ts';
import { hasNamedThumbprint, printThumbprint, type Thumbprint, thumbprintOf } from './thumbprint.ts';

/** How a server's certificate is verified. There is no way to leave it unverified. */
export interface TrustOptions {
  /** PEM file of CA certificates, trusted beside those of Node, the system and `NODE_EXTRA_CA_CERTS`. */
  readonly caFile?: string | undefined;
  /** Such certificates themselves, PEM. */
  readonly ca?: string | undefined;
  /** Trust exactly the certificate of this thumbprint, and no authority. */
  readonly thumbprint?: Thumbprint | undefined;
}

/**
 * The certificates to trust for a server.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE (the CA file), VSPHERE_THUMBPRINT_MISMATCH, VSPHERE_UNREACHABLE
 */
export async function establishTrust(url: URL, options: TrustOptions, env: Environment): Promise<Verification> {
  if (options.thumbprint !== undefined) return await pinned(url, options.thumbprint, env);
  const { caFile, ca } = options;
  const given = [...(caFile === undefined ? [] : [readCertificates(caFile)]), ...(ca === undefined ? [] : [ca])];
  return { ca: [...trustedCertificates(env), ...given] };
}

/**
 * Trust in a host that vCenter names with its thumbprint. The certificate is fetched first, as for a pin.
 *
 * @throws VSPHERE_THUMBPRINT_MISMATCH, VSPHERE_UNREACHABLE
 */
export async function trustNamed(url: URL, named: string, env: Environment, server: Server): Promise<Verification> {
  const certificate = await presented(url, env, server);
  if (!hasNamedThumbprint(certificate, named)) throw mismatch(url, certificate);
  return {
    ca: [certificate.toString()],
    pin: (other) => hasNamedThumbprint({ fingerprint: other.fingerprint, fingerprint256: other.fingerprint256 }, named),
  };
}

/** Connection pools that verify every connection; without a verification only for plain HTTP, which is spoken on the machine itself. */
export function agentsFor(
  verification: Verification | undefined,
  env: Environment,
  pool: { readonly keepAlive: boolean; readonly connections: number },
): Agents {
  return new Agents(env, { ...pool, tls: verification === undefined ? {} : tlsOf(verification) });
}

async function pinned(url: URL, thumbprint: Thumbprint, env: Environment): Promise<Verification> {
  const certificate = await presented(url, env);
  if (thumbprintOf(certificate) !== thumbprint) throw mismatch(url, certificate);
  return { ca: [certificate.toString()], pin: (other) => thumbprintOf(other) === thumbprint };
}

function mismatch(url: URL, certificate: X509Certificate): SealiftError {
  const found = thumbprintOf(certificate);
  return new SealiftError('VSPHERE_THUMBPRINT_MISMATCH', {
    values: { found: found === undefined ? 'unknown' : printThumbprint(found) },
    place: url.origin,
  });
}

/** The certificate that a server presents, before any is trusted. @throws VSPHERE_UNREACHABLE */
export async function presented(url: URL, env: Environment, server?: Server): Promise<X509Certificate> {
  try {
    return await presentedCertificate(url, env);
  } catch (error) {
    throw error instanceof SealiftError ? error : asCatalogued(failureOf(error), url.origin, server);
  }
}
