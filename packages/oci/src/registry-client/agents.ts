import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { getCACertificates } from 'node:tls';
import { reasonOf, SealiftError } from '@sealift/core/errors';

/** Process variables, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Connection pools for one client. */
export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/**
 * Connection pools that honour `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY` (either case) and trust the certificates of Node,
 * of the system, of `NODE_EXTRA_CA_CERTS` and of the file `SSL_CERT_FILE`.
 *
 * @throws FILE_UNREADABLE when `SSL_CERT_FILE` names a file that can't be read
 */
export function createAgents(env: Environment, connections: number): Agents {
  const pool = { keepAlive: true, maxSockets: connections, scheduling: 'lifo' as const, proxyEnv: proxyVariables(env) };
  return { http: new HttpAgent(pool), https: new HttpsAgent({ ...pool, ca: trustedCertificates(env) }) };
}

function proxyVariables(env: Environment): NodeJS.ProcessEnv {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

function trustedCertificates(env: Environment): string[] {
  const certificates = new Set([...getCACertificates('default'), ...getCACertificates('system')]);
  const path = env['SSL_CERT_FILE'];
  if (path !== undefined && path !== '') certificates.add(readCertificates(path));
  return [...certificates];
}

function readCertificates(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = reasonOf(error);
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason }, place: 'SSL_CERT_FILE', cause: error });
  }
}
