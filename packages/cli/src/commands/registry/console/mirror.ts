import { type MirrorState, mirrorStateSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { connect } from '../../../client/connect.ts';
import { polls } from '../../../client/polls.ts';
import type { CliContext } from '../../../context.ts';
import { plainLine } from '../../../terminal/plain-line.ts';
import { usage } from './options.ts';

export interface MirrorOptions {
  readonly release: readonly string[];
  readonly repository: readonly string[];
  readonly dryRun?: true;
  readonly cancel?: true;
  readonly wait: boolean;
  readonly json?: true;
}

const url = '/api/v1/registry-mirror';

/**
 * Has the console bring content of one of its registries to another one, and waits for the end.
 *
 * @throws USAGE, NOT_FOUND, REGISTRY_MIRROR_*, CONSOLE_LOCKED, PLATFORM_*, CANCELLED
 */
export async function mirrorRegistry(
  from: string | undefined,
  to: string | undefined,
  options: MirrorOptions,
  context: CliContext,
): Promise<void> {
  const { release: versions, repository: repositories, dryRun = false, json } = options;
  if (options.cancel === true) {
    if (from !== undefined) throw usage('--cancel takes no registries: there is one mirror at a time');
    return await cancelMirror(json, context);
  }
  if (from === undefined || to === undefined) throw usage('name the registry to mirror from, and the one to mirror to');
  if (versions.length > 0 && repositories.length > 0) throw usage('--release and --repository exclude each other');
  const api = await connect(context);
  const asked = await api.post(url, { from, to, versions, repositories, dryRun }, mirrorStateSchema);
  if (!options.wait) return report(asked, json, context);
  const goesOn =
    'The mirror goes on: see Pack Registries in the console, or end it with `sealift registry mirror --cancel`.';
  const { startedAt } = asked;
  let told = '';
  for await (const poll of polls(() => api.get(url, mirrorStateSchema), context, goesOn)) {
    if ('away' in poll) continue;
    const mirror = poll.answer;
    if (mirror.startedAt !== startedAt)
      throw failed(from, to, 'another mirror was begun after it, so its end is not known');
    const line = progressOf(mirror);
    if (line !== told) context.note(plainLine(line));
    told = line;
    if (mirror.state !== 'running') return report(mirror, json, context);
  }
}

/** Asks the mirror under way to end; one that has ended is no failure. */
async function cancelMirror(json: true | undefined, context: CliContext): Promise<void> {
  const asked = await (await connect(context)).post(`${url}/cancel`, undefined, mirrorStateSchema);
  if (json === true) return context.out(JSON.stringify(asked));
  const { state, from, to, message } = asked;
  if (state === 'running') return context.out(plainLine(`The mirror of ${from} to ${to} is asked to end.`));
  context.out(
    plainLine(state === 'never' ? message : `No mirror is under way. The last one, of ${from} to ${to}: ${message}`),
  );
}

/** @throws REGISTRY_MIRROR_FAILED where it failed or was cancelled */
function report(mirror: MirrorState, json: true | undefined, context: CliContext): void {
  const { from, to, state, message, parts } = mirror;
  if (json === true) context.out(JSON.stringify(mirror));
  if (state === 'failed' || state === 'cancelled') {
    if (json !== true) for (const part of parts) printPart(part, context);
    throw failed(from, to, message);
  }
  if (json === true) return;
  for (const part of parts) printPart(part, context);
  context.out(plainLine(`${from} to ${to}: ${message}`));
}

function printPart({ name, state, problem }: MirrorState['parts'][number], context: CliContext): void {
  context.out(plainLine(`${state}: ${name}`));
  if (problem !== undefined) context.out(plainLine(`  ${problem.detail} (${problem.code}). ${problem.hint}`));
}

function progressOf({ parts, message, doneBytes, totalBytes }: MirrorState): string {
  const ended = parts.filter(({ state }) => state !== 'waiting' && state !== 'running').length;
  const counted = parts.length === 0 ? '' : `${ended} of ${parts.length}, `;
  const bytes = totalBytes === 0 ? '' : ` (${doneBytes} of ${totalBytes} bytes are there)`;
  return `${counted}${message}${bytes}`;
}

function failed(from: string, to: string, reason: string): SealiftError {
  return new SealiftError('REGISTRY_MIRROR_FAILED', { values: { from, to, reason } });
}
