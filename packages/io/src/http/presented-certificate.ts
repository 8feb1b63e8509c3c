import type { X509Certificate } from 'node:crypto';
import { Agent, request } from 'node:https';
import { TLSSocket } from 'node:tls';
import type { Environment } from './environment.ts';
import { ConnectionFailure, failureOf } from './failure.ts';
import { proxyOf } from './proxy.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

/** How long a first handshake may take, in milliseconds. */
const timeoutMs = 30_000;

/**
 * The certificate that a server presents, before any is trusted: a request without any secret, its answer thrown away. It is for comparing with
 * a fingerprint, or for showing to a person; connections that carry anything verify it again.
 *
 * @throws ConnectionFailure, PROXY_INVALID
 */
export async function presentedCertificate(url: URL, env: Environment): Promise<X509Certificate> {
  const proxy = proxyOf(url, env);
  const agent = new Agent({
    keepAlive: false,
    ...(proxy === undefined ? {} : { proxyEnv: { HTTPS_PROXY: proxy.href } }),
  });
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return await new Promise<X509Certificate>((resolve, reject) => {
      const sent = request(new URL('/', url), {
        method: 'HEAD',
        agent,
        signal: deadline,
        rejectUnauthorized: false,
        headers: { 'user-agent': 'sealift' },
      });
      sent.on('error', reject);
      refuseUpgrade(sent, reject);
      sent.once('response', (answer) => {
        const { socket } = answer;
        const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
        answer.destroy();
        if (certificate === undefined) reject(new ConnectionFailure('certificate-untrusted', 'it presents none'));
        else resolve(certificate);
      });
      sent.end();
    });
  } catch (error) {
    if (deadline.aborted) throw new ConnectionFailure('silent', `no answer for ${timeoutMs / 1000} s`, error);
    throw failureOf(error);
  } finally {
    agent.destroy();
  }
}
