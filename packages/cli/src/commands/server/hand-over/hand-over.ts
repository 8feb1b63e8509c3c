import { isSea } from 'node:sea';
import { asSealiftError, reasonOf, type SealiftError } from '@sealift/core/errors';
import { pause } from '@sealift/io/pause';
import type { RunningConsole } from '@sealift/server/console';
import { askVersion, assertReads } from './executable-version.ts';
import { fileIdentity, runningFile } from './file-identity.ts';
import { type HandOverReport, writeReport } from './report.ts';
import { startSuccessor, type Successor } from './successor.ts';

const lookEveryMs = 1000;

/** An executable that was put in the place of this one, and can go on with what this one has begun. */
interface Replacement {
  readonly path: string;
  readonly file: string;
  readonly version: string;
  readonly upgrade: string | null;
}

/**
 * Hands the work of a console over to another executable that is put in the place of this one: what that cannot go on with is refused
 * before anything is stopped, and where it does not come up this one goes on.
 */
export class HandOver {
  readonly #dataDir: string;
  readonly #note: (text: string) => void;
  /** Files that were refused, or did not come up. */
  readonly #unfit = new Set<string>();
  /** Of the last that did not come up; told once there is a store again. */
  #failed: { readonly version: string; readonly reason: string } | undefined;

  constructor(dataDir: string, note: (text: string) => void) {
    this.#dataDir = dataDir;
    this.#note = note;
  }

  /** Waits for an executable that can take over; undefined once it is cancelled. Only what is one file can be replaced as one. */
  async next(running: RunningConsole, cancel: AbortSignal): Promise<Replacement | undefined> {
    if (!isSea()) await aborted(cancel);
    if (this.#failed !== undefined) {
      const { version, reason } = this.#failed;
      this.#failed = undefined;
      // It was told in the log already: a store that is away for a moment must not end the console.
      await running.recordSuccessor(version, reason).catch(() => undefined);
    }
    const path = process.execPath;
    while (!cancel.aborted) {
      const file = await replacedBy(path);
      if (file !== undefined && !this.#unfit.has(file)) {
        const found = await this.#judge(running, path, file, cancel);
        if (found !== undefined) return found;
      }
      await pause(lookEveryMs, cancel).catch(() => undefined);
    }
    return undefined;
  }

  /** Starts it, after the console of this process was closed. @returns undefined where it did not come up: this one has to go on */
  async start(next: Replacement, args: readonly string[], cancel: AbortSignal): Promise<Successor | undefined> {
    try {
      const successor = await startSuccessor(next.path, args, cancel);
      await this.#tell({ ...next, state: 'done', reason: '' });
      return successor;
    } catch (error) {
      const failure = asSealiftError(error);
      this.#failed = { version: next.version, reason: failure.message };
      await this.#refuse('back', next, failure);
      return undefined;
    }
  }

  async #judge(
    running: RunningConsole,
    path: string,
    file: string,
    cancel: AbortSignal,
  ): Promise<Replacement | undefined> {
    const seen = { path, file, version: '', upgrade: null };
    try {
      const underWay = await running.underWay();
      const asked = await askVersion(path, cancel);
      for (const { format } of underWay) assertReads(asked, path, format);
      const next = { ...seen, version: asked.version, upgrade: underWay[0]?.id ?? null };
      await running.recordSuccessor(asked.version);
      await this.#tell({ ...next, state: 'stopping', reason: '' });
      this.#note(`sealift ${asked.version} is to take over: this version stops at its next safe point.`);
      return next;
    } catch (error) {
      const failure = asSealiftError(error);
      // A store that is away for a moment says nothing about the file.
      if (failure.code === 'EXECUTABLE_UNFIT' && !cancel.aborted) await this.#refuse('refused', seen, failure);
      return undefined;
    }
  }

  async #refuse(state: 'refused' | 'back', of: Replacement, failure: SealiftError): Promise<void> {
    this.#unfit.add(of.file);
    this.#note(`${failure.message} (${failure.code}). This version goes on. ${failure.hint}`);
    await this.#tell({ ...of, state, reason: failure.message });
  }

  /** A full disk must not end a console. */
  async #tell({ file, version, state, upgrade, reason }: HandOverReport): Promise<void> {
    try {
      await writeReport(this.#dataDir, { file, version, state, upgrade, reason });
    } catch (error) {
      this.#note(`how far the hand-over is cannot be told: ${reasonOf(error)}`);
    }
  }
}

function aborted(cancel: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (cancel.aborted) done();
    cancel.addEventListener('abort', () => done(), { once: true });
  });
}

/** What is in the place of the executable that this process runs; undefined while that is itself, or nothing, or cannot be told. */
async function replacedBy(path: string): Promise<string | undefined> {
  const identities = Promise.all([fileIdentity(runningFile('self')), fileIdentity(path)]);
  const [own, found] = await identities.catch(() => []);
  return own === undefined || found === own ? undefined : found;
}
