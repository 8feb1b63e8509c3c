import { type ChildProcess, spawn } from 'node:child_process';
import { SealiftError } from '@sealift/core/errors';
import { pidFileVariable, stayMainProcess, tellMainProcess } from '../../../units/main-process.ts';
import { aloneMessage, predecessorVariable, readyMessage } from './predecessor.ts';

/** A console that has not come up by then is given up: the one before goes on. Its first start may bring a large database up to date. */
const readyWithinMs = 3 * 60_000;
/** Versions of before do not know the question, and say nothing. */
const aloneWithinMs = 10_000;

/** A console of another version that came up in this one's place. */
export interface Successor {
  /** Its exit code; 0 at once where it goes on without this process. */
  readonly ended: Promise<number>;
  /** Asks it to stop at its next safe point. */
  stop(): void;
}

/**
 * Starts another executable in the place of this one, which has let go of everything. It counts as up when it says so itself. Where a supervisor
 * can be told of the new main process it goes on alone; else this process has to stay until it ends.
 *
 * @throws EXECUTABLE_UNFIT when it ends, or the time passes, before it is up; nothing of it is left then
 */
export async function startSuccessor(
  path: string,
  args: readonly string[],
  cancel: AbortSignal,
  agreesWithinMs: number = aloneWithinMs,
): Promise<Successor> {
  const child = spawn(path, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [predecessorVariable]: String(process.pid) },
  });
  const ended = new Promise<string | number>((done) => {
    child.once('error', (error) => done(`it cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => done(code ?? `a signal ended it: ${signal}`));
  });
  let isAskedToGoOn = false;
  const stop = (): void => {
    // What goes on alone does not mind the end of the connection.
    if (isAskedToGoOn) child.kill('SIGTERM');
    else if (child.connected) child.disconnect();
  };
  cancel.addEventListener('abort', stop, { once: true });
  const trouble = await whyNot(said(child, readyMessage), ended, readyWithinMs);
  if (trouble !== undefined && !cancel.aborted) {
    cancel.removeEventListener('abort', stop);
    child.kill('SIGKILL');
    await ended;
    throw new SealiftError('EXECUTABLE_UNFIT', { values: { path, reason: trouble }, place: path });
  }
  const pidFile = process.env[pidFileVariable] ?? '';
  if (pidFile !== '' && !cancel.aborted) {
    isAskedToGoOn = true;
    if (await goesOnAlone(child, ended, pidFile, agreesWithinMs)) {
      if (child.connected) child.disconnect();
      return { ended: Promise.resolve(0), stop };
    }
  }
  return { ended: ended.then((end) => (typeof end === 'number' ? end : 1)), stop };
}

/** Whether the supervisor finds the new process once this one has ended, and that one stays then. */
async function goesOnAlone(
  child: ChildProcess,
  ended: Promise<string | number>,
  pidFile: string,
  withinMs: number,
): Promise<boolean> {
  try {
    await tellMainProcess(pidFile, child.pid ?? 0);
    const agrees = said(child, aloneMessage);
    // That it has ended meanwhile is told below.
    child.send(aloneMessage, () => undefined);
    if ((await whyNot(agrees, ended, withinMs)) === undefined) return true;
  } catch {
    // A folder that is gone or full: as without a supervisor.
  }
  await stayMainProcess(pidFile);
  return false;
}

/** Settles when the process says the word. */
function said(child: ChildProcess, word: string): Promise<undefined> {
  return new Promise((done) => {
    child.on('message', (message) => {
      if (message === word) done(undefined);
    });
  });
}

/** @returns why it does not come to it; undefined once it has */
async function whyNot(
  itDoes: Promise<undefined>,
  ended: Promise<string | number>,
  withinMs: number,
): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((done) => {
    timer = setTimeout(() => done(`it is not up after ${withinMs / 60_000} minutes`), withinMs);
  });
  const gone = ended.then((end) => (typeof end === 'number' ? `it ended with ${end} before it was up` : end));
  try {
    return await Promise.race([itDoes, gone, late]);
  } finally {
    clearTimeout(timer);
  }
}
