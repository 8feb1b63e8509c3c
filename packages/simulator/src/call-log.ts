import { type FileHandle, open, readFile } from 'node:fs/promises';
import type { SealiftError } from '@sealift/core/errors';
import { type CallLine, callLineSchema } from './state.ts';
import { unwritable } from '@sealift/io/file-errors';

/**
 * The append-only log of calls: one JSON object a line. A line with `effect: true` stands for a change that took
 * place and is on disk before the caller gets its answer; no effect is logged twice.
 */
export class CallLog {
  readonly #file: FileHandle;
  readonly #path: string;
  #sequence: number;
  #broken: SealiftError | null = null;

  private constructor(file: FileHandle, path: string, sequence: number) {
    this.#file = file;
    this.#path = path;
    this.#sequence = sequence;
  }

  /**
   * Opens the log, cuts off a line that a crash left incomplete, and adds the newest effect if the crash came between
   * saving the state and logging it.
   */
  static async open(path: string, lastEffect: CallLine | null): Promise<CallLog> {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const file = await open(path, 'a');
    if (whole.length < text.length) await file.truncate(Buffer.byteLength(whole));
    const log = new CallLog(file, path, lastSequence(whole));
    if (lastEffect !== null && lastEffect.sequence > log.#sequence) await log.append(lastEffect);
    return log;
  }

  /** The line for a call that is about to be answered; the next one gets a higher sequence. */
  line(call: string, effect: boolean, parameters: CallLine['parameters'], at: Date): CallLine {
    return { at: at.toISOString(), sequence: this.#sequence + 1, call, effect, parameters };
  }

  /**
   * Nothing may take effect after a line could not be written: the next start repairs the log.
   *
   * @throws FILE_UNWRITABLE
   */
  assertUsable(): void {
    if (this.#broken !== null) throw this.#broken;
  }

  /**
   * Writes a line; one with an effect is flushed to disk before this returns.
   *
   * @throws FILE_UNWRITABLE
   */
  async append(line: CallLine): Promise<void> {
    this.assertUsable();
    this.#sequence = Math.max(this.#sequence, line.sequence);
    try {
      await this.#file.appendFile(`${JSON.stringify(line)}\n`);
      if (line.effect) await this.#file.datasync();
    } catch (error) {
      this.#broken = unwritable(this.#path, error);
      throw this.#broken;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function lastSequence(text: string): number {
  const last = text.trimEnd().split('\n').at(-1);
  if (last === undefined || last === '') return 0;
  return callLineSchema.parse(JSON.parse(last)).sequence;
}

/** Reads a log of calls, oldest first. */
export async function readCallLog(path: string): Promise<CallLine[]> {
  const text = await readFile(path, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => callLineSchema.parse(JSON.parse(line)));
}
