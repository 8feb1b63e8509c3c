import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { checkServerIdentity, TLSSocket } from 'node:tls';
import { reasonOf } from '@sealift/core/errors';
import { Agents } from '@sealift/io/http/agents';
import { discard } from '@sealift/io/http/body';
import { exchange } from '@sealift/io/http/exchange';
import { basePath } from '@sealift/registry/served-name';
import { readTrusted } from '../host/certificate-store.ts';
import type { HostFolder } from '../host/host-folder.ts';
import type { HostState } from '../host/host-state.ts';
import type { ServiceKind } from '../setup/units.ts';

/** What a service answers to whoever trusts the CA file of its host. */
export type Answer =
  | { readonly answers: true; readonly certificate: X509Certificate }
  | { readonly answers: false; readonly reason: string };

const silenceMs = 10_000;

/** Asks a service at the address that it listens on, under the name of the host, without a login. */
export async function probe(
  kind: ServiceKind,
  folder: HostFolder,
  state: HostState,
  cancel: AbortSignal,
): Promise<Answer> {
  const ca = await readTrusted(folder);
  const { host } = state;
  // The address is this machine's own, so that no name has to lead here; the certificate still has to be for the host.
  const agents = new Agents(
    {},
    {
      keepAlive: false,
      tls: {
        ca,
        servername: isIP(host) === 0 ? host : '',
        checkServerIdentity: (_asked, certificate) => checkServerIdentity(host, certificate),
      },
    },
  );
  try {
    const port = kind === 'registry' ? state.registryPort : state.filesPort;
    const path = kind === 'registry' ? '/v2/' : basePath;
    const url = new URL(path, `https://${localAddress(state.listen)}:${port}`);
    const answer = await exchange(agents, { method: 'GET', url, idleTimeoutMs: silenceMs, repeatable: true, cancel });
    const { socket, statusCode, headers } = answer;
    const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    discard(answer);
    const isOurs =
      kind === 'registry'
        ? headers['docker-distribution-api-version'] !== undefined
        : headers['content-type']?.startsWith('application/problem+json') === true;
    if (statusCode !== 401 || !isOurs || certificate === undefined) {
      return { answers: false, reason: `something else answers there, with status ${statusCode}` };
    }
    return { answers: true, certificate };
  } catch (error) {
    return { answers: false, reason: reasonOf(error) };
  } finally {
    agents.close();
  }
}

/** Where a service that listens everywhere is reached from this machine. */
function localAddress(listen: string): string {
  if (listen === '0.0.0.0') return '127.0.0.1';
  if (listen === '::') return '[::1]';
  return listen.includes(':') ? `[${listen}]` : listen;
}
