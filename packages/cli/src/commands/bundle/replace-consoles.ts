import { takeBackExecutable } from '@sealift/bundle/install-executable';
import { isSealiftError } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { askVersion, assertReads, type ExecutableVersion } from '../server/hand-over/executable-version.ts';
import type { HandOverReport } from '../server/hand-over/report.ts';
import { type LocalConsole, untilReplaced } from './running-consoles.ts';

/** A console of this machine that went on with another executable. */
export interface ReplacedConsole {
  readonly pid: number;
  /** The upgrade that it is in the middle of. */
  readonly upgrade: string | null;
}

/** The form of what is stored by those that cannot say it. */
const firstFormat = 1;

/** Undefined where the executable is too old to say what it is; such a one does not hand over by itself either. */
async function knownVersion(path: string, cancel: AbortSignal): Promise<ExecutableVersion | undefined> {
  try {
    return await askVersion(path, cancel);
  } catch (error) {
    if (cancel.aborted) throw error;
    return undefined;
  }
}

/**
 * Before anything is replaced: what a console of the old executable stores, the new one reads.
 *
 * @returns what the old one says of itself; undefined where no console runs it, or it cannot say it
 * @throws EXECUTABLE_UNFIT
 */
export async function assertFits(
  path: string,
  place: string,
  running: readonly LocalConsole[],
  { cancel }: CliContext,
): Promise<ExecutableVersion | undefined> {
  if (running.length === 0) return undefined;
  const [found, before] = [await askVersion(path, cancel), await knownVersion(place, cancel)];
  assertReads(found, place, before?.upgrades.stores ?? firstFormat);
  return before;
}

/** Says what to do where a console does not hand over by itself. */
export function tellToRestart(running: readonly LocalConsole[], context: CliContext): void {
  for (const { pid } of running) {
    context.note(
      `The console (process ${pid}) is of a version that goes on until it is started again: \`systemctl restart sealift\` lets it stop at its next safe point.`,
    );
  }
}

/**
 * Lets the consoles that run the executable of before go on with the new one, which is in its place.
 *
 * @throws CONSOLE_NOT_REPLACED; where none has, the executable of before is in its place again
 */
export async function replaceConsoles(
  running: readonly LocalConsole[],
  path: string,
  context: CliContext,
): Promise<ReplacedConsole[]> {
  const told = await Promise.allSettled(
    running.map((one) => untilReplaced(one, path, telling(one, context), context.cancel)),
  );
  const replaced: ReplacedConsole[] = [];
  for (const [index, one] of running.entries()) {
    const end = told[index];
    if (end?.status !== 'fulfilled') continue;
    if (end.value !== undefined) replaced.push({ pid: one.pid, upgrade: end.value.upgrade });
    else context.note(`The console (process ${one.pid}) has ended; what starts it again starts the new one.`);
  }
  const failure = told.find((end) => end.status === 'rejected')?.reason as unknown;
  if (failure === undefined) return replaced;
  // Whoever has gone on with the new one stays with it: its file is only another name away.
  if (replaced.length === 0 && isSealiftError(failure, 'CONSOLE_NOT_REPLACED')) await takeBackExecutable(path);
  throw failure;
}

function telling({ pid }: LocalConsole, context: CliContext): (report: HandOverReport) => void {
  return ({ upgrade }) => {
    const middle = upgrade === null ? '' : `, in the middle of upgrade ${plainLine(upgrade)}`;
    context.note(`The console (process ${pid}) goes on with it from its next safe point${middle}.`);
  };
}
