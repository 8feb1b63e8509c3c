import { resolve } from 'node:path';
import { isSea } from 'node:sea';
import { SealiftError } from '@sealift/core/errors';
import { runKeeper } from '@sealift/gateway/keeper';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { become } from './become.ts';

export interface GatewayRunOptions {
  readonly data: string;
  readonly trialSeconds: string;
  readonly windowSeconds: string;
}

/**
 * Runs the gateway until the context is cancelled.
 *
 * @throws USAGE, GATEWAY_NOT_REGISTERED, GATEWAY_RUNNING, GATEWAY_STATE_INVALID, FILE_UNWRITABLE
 */
export async function runGateway(options: GatewayRunOptions, context: CliContext): Promise<void> {
  const data = resolve(options.data);
  const handshakeMs = secondsOf('--trial-seconds', options.trialSeconds) * 1000;
  const windowMs = secondsOf('--window-seconds', options.windowSeconds) * 1000;
  const { trialSeconds, windowSeconds } = options;
  const times = ['--trial-seconds', trialSeconds, '--window-seconds', windowSeconds];
  await runKeeper({
    folder: data,
    env: context.env,
    self: startedAs(),
    keeperArgs: ['gateway', 'run', '--data', data, ...times],
    agentArgs: ['gateway', 'agent', '--data', data],
    times: { handshakeMs, windowMs, lookMs: Math.min(5000, handshakeMs / 4) },
    note: (text) => context.note(`${new Date().toISOString()} ${plainLine(text)}`),
    say: context.out,
    become,
    cancel: context.cancel,
  });
}

/** The single executable by itself, or Node.js with the script that it was given. */
function startedAs() {
  const [, script] = process.argv;
  const parts = isSea() || script === undefined ? [] : [...process.execArgv, script];
  return { program: process.execPath, parts };
}

const longestSeconds = 86_400;

function secondsOf(option: string, text: string): number {
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= longestSeconds) return seconds;
  const reason = `${option} ${text} is not a number of seconds from 1 to ${longestSeconds}`;
  throw new SealiftError('USAGE', { values: { reason }, place: option });
}
