import { readdir, readFile, readlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { asSealiftError, SealiftError } from '@sealift/core/errors';
import { pause } from '@sealift/io/pause';
import { isAlive } from '@sealift/io/process-identity';
import { plainLine } from '../../terminal/plain-line.ts';
import { fileIdentity, runningFile } from '../server/hand-over/file-identity.ts';
import { type HandOverReport, readReport } from '../server/hand-over/report.ts';

const lookEveryMs = 500;
/** An effect that is under way may take its time, as may the first start of the new version; a console that is silent for longer is told of. */
const longestMs = 15 * 60_000;

/** A console of this machine that runs a certain executable. */
export interface LocalConsole {
  readonly pid: number;
  readonly dataDir: string;
}

/** The consoles that run a file, as far as this account may see them (proc_pid_exe(5), proc_pid_cmdline(5)). */
export async function consolesOf(path: string): Promise<LocalConsole[]> {
  const file = await fileIdentity(path);
  if (file === undefined) return [];
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => consoleOf(Number(pid), file)));
  return found.filter((one) => one !== undefined);
}

async function consoleOf(pid: number, file: string): Promise<LocalConsole | undefined> {
  try {
    if ((await fileIdentity(runningFile(pid))) !== file) return undefined;
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, -1);
    const data = dataOf(words);
    const isServer = words.some((word, index) => word === 'server' && words[index + 1] === 'run');
    if (!isServer || data === undefined) return undefined;
    return { pid, dataDir: resolve(await readlink(`/proc/${pid}/cwd`), data) };
  } catch {
    // Another account's, or one that has ended meanwhile.
    return undefined;
  }
}

function dataOf(words: readonly string[]): string | undefined {
  const joined = words.find((word) => word.startsWith('--data='));
  if (joined !== undefined) return joined.slice('--data='.length);
  const at = words.indexOf('--data');
  return at === -1 ? undefined : words[at + 1];
}

/**
 * Waits until a console has gone on with the file that was put in its executable's place.
 *
 * @param onStopping told once it is on its way
 * @returns undefined when it has ended meanwhile
 * @throws CONSOLE_NOT_REPLACED, CANCELLED
 */
export async function untilReplaced(
  { pid, dataDir }: LocalConsole,
  path: string,
  onStopping: (report: HandOverReport) => void,
  cancel: AbortSignal,
): Promise<HandOverReport | undefined> {
  const file = await fileIdentity(path);
  const fail = (reason: string, cause?: unknown) =>
    new SealiftError('CONSOLE_NOT_REPLACED', { values: { pid: String(pid), reason }, cause });
  const until = performance.now() + longestMs;
  let isTold = false;
  while (performance.now() < until) {
    // Looked at before its report: one that goes on as another process tells that first, and ends then.
    const isThere = isAlive(pid);
    const report = await readReport(dataDir).catch((error: unknown) => {
      throw fail(asSealiftError(error).message, error);
    });
    const own = report?.file === file ? report : undefined;
    if (own?.state === 'done') return own;
    if (own?.state === 'refused' || own?.state === 'back') throw fail(plainLine(own.reason));
    if (own?.state === 'stopping' && !isTold) onStopping(own);
    isTold ||= own !== undefined;
    if (!isThere) return undefined;
    await pause(lookEveryMs, cancel);
  }
  throw fail(`it says nothing of it after ${longestMs / 60_000} minutes`);
}
