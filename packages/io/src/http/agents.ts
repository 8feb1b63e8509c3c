import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { trustedCertificates } from './certificates.ts';
import { type Environment, proxyVariables } from './environment.ts';

/** Connection pools for one client. */
export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

export interface PoolOptions {
  /** At a time; without it as many as are asked for. */
  readonly connections?: number;
  /** Whether a connection is kept for the next request. */
  readonly keepAlive: boolean;
}

/**
 * Connection pools that honour `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY` (either case) and trust what this machine trusts.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE when `SSL_CERT_FILE` names a file that can't be read
 */
export function createAgents(env: Environment, { connections, keepAlive }: PoolOptions): Agents {
  const limit = connections === undefined ? {} : { maxSockets: connections };
  const pool = { keepAlive, ...limit, scheduling: 'lifo' as const, proxyEnv: proxyVariables(env) };
  return { http: new HttpAgent(pool), https: new HttpsAgent({ ...pool, ca: [...trustedCertificates(env)] }) };
}
