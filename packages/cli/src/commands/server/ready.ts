import { SealiftError } from '@sealift/core/errors';
import { Agents } from '@sealift/io/http/agents';
import { discard } from '@sealift/io/http/body';
import { exchange } from '@sealift/io/http/exchange';
import type { CliContext } from '../../context.ts';
import { type ReadyOptions, untilReady } from '../../units/until-ready.ts';
import { parseListen } from './addresses.ts';

const silenceMs = 10_000;

/**
 * Waits until the console of this machine is ready: it answers, and its database does.
 *
 * @throws USAGE, SERVICE_NOT_READY, CANCELLED
 */
export async function waitForConsole(
  options: ReadyOptions & { readonly listen: string },
  { cancel, out }: CliContext,
): Promise<void> {
  const { host, port } = parseListen(options.listen);
  if (port === 0) {
    throw new SealiftError('USAGE', { values: { reason: 'which port --listen with port 0 takes is not known' } });
  }
  const name = ({ '0.0.0.0': '127.0.0.1', '::': '::1' } as Record<string, string>)[host] ?? host;
  const url = new URL(`http://${name.includes(':') ? `[${name}]` : name}:${port}/readyz`);
  // What the environment says about proxies is for other machines.
  const agents = new Agents({}, { keepAlive: false });
  const answers = async (): Promise<boolean> => {
    try {
      const answer = await exchange(agents, { method: 'GET', url, idleTimeoutMs: silenceMs, repeatable: true, cancel });
      discard(answer);
      return answer.statusCode === 200;
    } catch {
      return false;
    }
  };
  try {
    await untilReady('the console', options, answers, cancel);
  } finally {
    agents.close();
  }
  out(`The console at ${url.origin} is ready.`);
}
