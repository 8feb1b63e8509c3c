import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type PeerCertificate, TLSSocket } from 'node:tls';
import type { X509Certificate } from 'node:crypto';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { readCertificates, trustedCertificates } from '@sealift/io/certificates';
import { type Environment, proxyVariables } from '@sealift/io/environment';
import { hasNamedThumbprint, printThumbprint, type Thumbprint, thumbprintOf } from './thumbprint.ts';

/** How a server's certificate is verified. There is no way to leave it unverified. */
export interface TrustOptions {
  /** PEM file of CA certificates, trusted beside those of Node, the system and `NODE_EXTRA_CA_CERTS`. */
  readonly caFile?: string | undefined;
  /** Trust exactly the certificate of this thumbprint, and no authority. */
  readonly thumbprint?: Thumbprint | undefined;
}

/** What verifies the connections of an agent. */
export interface Verification {
  readonly ca: readonly string[];
  /** The only certificate accepted, by its SHA-256; the name in it does not matter then. */
  readonly pin?: (certificate: PeerCertificate) => boolean;
}

/** How long a first handshake may take, in milliseconds. */
const probeTimeoutMs = 30_000;

/**
 * The certificates to trust for a server.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE (the CA file), VSPHERE_THUMBPRINT_MISMATCH, VSPHERE_UNREACHABLE
 */
export async function establishTrust(url: URL, options: TrustOptions, env: Environment): Promise<Verification> {
  if (options.thumbprint !== undefined) return await pinned(url, options.thumbprint, env);
  const { caFile } = options;
  return { ca: [...trustedCertificates(env), ...(caFile === undefined ? [] : [readCertificates(caFile)])] };
}

/**
 * Trust in a host that vCenter names with its thumbprint. The certificate is fetched first, as for a pin.
 *
 * @throws VSPHERE_THUMBPRINT_MISMATCH, VSPHERE_UNREACHABLE
 */
export async function trustNamed(url: URL, named: string, env: Environment): Promise<Verification> {
  const certificate = await presented(url, env);
  if (!hasNamedThumbprint(certificate, named)) throw mismatch(url, certificate);
  return {
    ca: [certificate.toString()],
    pin: (other) => hasNamedThumbprint({ fingerprint: other.fingerprint, fingerprint256: other.fingerprint256 }, named),
  };
}

/** A connection pool that honours `HTTPS_PROXY` and `NO_PROXY` (either case) and verifies every connection. */
export function verifyingAgent(
  verification: Verification,
  env: Environment,
  pool: { readonly keepAlive: boolean; readonly maxSockets: number },
): HttpsAgent {
  const { ca, pin } = verification;
  return new HttpsAgent({
    ...pool,
    scheduling: 'lifo',
    proxyEnv: proxyVariables(env),
    ca: [...ca],
    minVersion: 'TLSv1.2',
    ...(pin === undefined
      ? {}
      : {
          // The pinned certificate need not be an authority, nor carry the name it is reached by.
          allowPartialTrustChain: true,
          checkServerIdentity: (_host: string, certificate: PeerCertificate) =>
            pin(certificate) ? undefined : new Error('it is not the pinned certificate'),
        }),
  });
}

/** A pool for plain HTTP, which is spoken only on the machine itself. */
export function plainAgent(env: Environment, pool: { keepAlive: boolean; maxSockets: number }): HttpAgent {
  return new HttpAgent({ ...pool, scheduling: 'lifo', proxyEnv: proxyVariables(env) });
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

/**
 * The certificate that a server presents, before any is trusted: a request without any secret, its answer thrown away. The
 * certificate is compared with a thumbprint, or shown to a person to compare; connections that carry anything verify it again.
 */
export async function presented(url: URL, env: Environment): Promise<X509Certificate> {
  const agent = new HttpsAgent({ keepAlive: false, proxyEnv: proxyVariables(env) });
  try {
    return await new Promise<X509Certificate>((resolve, reject) => {
      const request = httpsRequest(new URL('/', url), {
        method: 'HEAD',
        agent,
        rejectUnauthorized: false,
        headers: { 'user-agent': 'sealift' },
      });
      request.setTimeout(probeTimeoutMs, () => request.destroy(new Error(`no answer for ${probeTimeoutMs / 1000} s`)));
      request.once('error', reject);
      request.once('response', (answer) => {
        const { socket } = answer;
        const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
        answer.resume();
        if (certificate === undefined) reject(new Error('it presents no certificate'));
        else resolve(certificate);
      });
      request.end();
    });
  } catch (error) {
    const reason = reasonOf(error);
    throw new SealiftError('VSPHERE_UNREACHABLE', { values: { reason }, place: url.origin, cause: error });
  } finally {
    agent.destroy();
  }
}
