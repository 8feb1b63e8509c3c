import { type ChildProcess, spawn } from 'node:child_process';
import { SealiftError } from '@sealift/core/errors';
import { predecessorVariable, readyMessage } from './predecessor.ts';

/** A console that has not come up by then is given up: the one before goes on. Its first start may bring a large database up to date. */
const readyWithinMs = 3 * 60_000;

/** A console of another version that came up in this one's place. */
export interface Successor {
  /** Its exit code. */
  readonly ended: Promise<number>;
  /** Asks it to stop at its next safe point. */
  stop(): void;
}

/**
 * Starts another executable in the place of this one, which has let go of everything. It counts as up when it says so itself.
 *
 * @throws EXECUTABLE_UNFIT when it ends, or the time passes, before it is up; nothing of it is left then
 */
export async function startSuccessor(path: string, args: readonly string[], cancel: AbortSignal): Promise<Successor> {
  const child = spawn(path, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [predecessorVariable]: String(process.pid) },
  });
  const ended = new Promise<string | number>((done) => {
    child.once('error', (error) => done(`it cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => done(code ?? `a signal ended it: ${signal}`));
  });
  const stop = (): void => {
    if (child.connected) child.disconnect();
  };
  cancel.addEventListener('abort', stop, { once: true });
  const trouble = await becomesReady(child, ended);
  if (trouble !== undefined && !cancel.aborted) {
    cancel.removeEventListener('abort', stop);
    child.kill('SIGKILL');
    await ended;
    throw new SealiftError('EXECUTABLE_UNFIT', { values: { path, reason: trouble }, place: path });
  }
  return { ended: ended.then((end) => (typeof end === 'number' ? end : 1)), stop };
}

/** @returns why it does not; undefined once it is up */
async function becomesReady(child: ChildProcess, ended: Promise<string | number>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((done) => {
    timer = setTimeout(() => done(`it is not up after ${readyWithinMs / 60_000} minutes`), readyWithinMs);
  });
  const ready = new Promise<undefined>((done) => {
    child.on('message', (message) => {
      if (message === readyMessage) done(undefined);
    });
  });
  const gone = ended.then((end) => (typeof end === 'number' ? `it ended with ${end} before it was up` : end));
  try {
    return await Promise.race([ready, gone, late]);
  } finally {
    clearTimeout(timer);
  }
}
