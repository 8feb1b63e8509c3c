import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { asSealiftError, SealiftError } from '@sealift/core/errors';
import { lockFolder } from '@sealift/io/folder-lock';
import type { Environment } from '@sealift/io/http/environment';
import { pause } from '@sealift/io/pause';
import { ConsoleLink } from '../console/console-link.ts';
import { type GatewayFolder, gatewayFolder } from '../folder.ts';
import { readIdentity } from '../identity/identity.ts';
import { changeMemory, readMemory } from '../memory.ts';
import { lineOf, proofVariable, type Said } from '../protocol.ts';
import { currentSha256, leadTo } from '../swap/current-link.ts';
import { keepLog, removeOld } from '../swap/leftovers.ts';
import { endSwap, readSwap, type Swap, writeSwap } from '../swap/swap-record.ts';
import { judge, type TrialTimes, type Verdict } from '../swap/trial.ts';
import { executablePath, sha256OfFile } from '../update/download.ts';
import { type Command, type GatewayProcess, startGateway } from './start-gateway.ts';

export interface KeeperOptions {
  /** The data folder. */
  readonly folder: string;
  readonly env: Environment;
  /** How this very program is started again. */
  readonly self: Command;
  /** The command line of a keeper: what `self` or an executable is given to do what this one does. */
  readonly keeperArgs: readonly string[];
  /** And of an agent. */
  readonly agentArgs: readonly string[];
  readonly times: TrialTimes;
  /** For the log. */
  readonly note: (text: string) => void;
  /** Passes on what an agent says, where this one is on trial itself. */
  readonly say: (line: string) => void;
  /** Replaces this process by another program (execve(2)); does not return where that works. */
  readonly become: (program: string, args: readonly string[], env: Readonly<Record<string, string>>) => void;
  readonly cancel: AbortSignal;
}

/** An executable that dies so often before it proved itself is given up. */
const mostStarts = 3;
const firstPauseMs = 500;
const longestPauseMs = 60_000;
/** Names what this process is already, so that it does not become it again. */
const becameVariable = 'SEALIFT_GATEWAY_IS';

/**
 * Keeps a gateway running: starts its agent, and again when it ends. When the agent has a new executable ready, this process judges it: the old agent
 * is stopped, the new executable is put in its place and started whole, and either it proves itself, or the old one is put back. What was begun is
 * written down, so that whoever comes next ends it.
 *
 * @throws GATEWAY_RUNNING, GATEWAY_NOT_REGISTERED, GATEWAY_STATE_INVALID, FILE_UNWRITABLE
 */
export async function runKeeper(options: KeeperOptions): Promise<void> {
  const folder = gatewayFolder(options.folder);
  const { env, cancel } = options;
  const identity = await readIdentity(folder);
  if (env[proofVariable] !== undefined) return await keepOnTrial(options, folder);
  const lock = lockFolder(folder.root, ({ pid, host }) => {
    return new SealiftError('GATEWAY_RUNNING', { values: { pid, host, folder: folder.root }, place: folder.root });
  });
  try {
    const link = new ConsoleLink({ identity, env, cancel });
    await new Keeper(options, folder, link).run();
  } finally {
    lock.release();
  }
}

/** One that is on trial has an agent on trial, and hands on what that says. It ends when that ends. */
async function keepOnTrial({ self, agentArgs, env, say, note, cancel }: KeeperOptions, folder: GatewayFolder) {
  const agent = startGateway(self, agentArgs, { env, folder: folder.root, onSaid: (said) => say(lineOf(said)) });
  try {
    while (!cancel.aborted && agent.program.end === undefined) await pause(200, cancel).catch(() => undefined);
  } finally {
    await agent.program.stop();
  }
  if (cancel.aborted) return;
  note(agent.program.said());
  throw new SealiftError('INTERNAL', { values: { reason: `the agent ${agent.program.end ?? ''}` } });
}

class Keeper {
  readonly #options: KeeperOptions;
  readonly #folder: GatewayFolder;
  readonly #link: ConsoleLink;

  constructor(options: KeeperOptions, folder: GatewayFolder, link: ConsoleLink) {
    this.#options = options;
    this.#folder = folder;
    this.#link = link;
  }

  async run(): Promise<void> {
    const { cancel } = this.#options;
    let swap = await readSwap(this.#folder);
    while (!cancel.aborted) {
      if (swap !== undefined) await this.#settle(swap);
      if (cancel.aborted) return;
      await removeOld(this.#folder, await this.#needed());
      await this.#becomeCurrent();
      const ready = await this.#keepAgent();
      if (ready === undefined) return;
      swap = await this.#begin(ready);
    }
  }

  /** Keeps an agent running until one has an executable ready. @returns undefined when it was asked to stop */
  async #keepAgent(): Promise<Extract<Said, { event: 'ready' }> | undefined> {
    const { cancel, note, agentArgs } = this.#options;
    for (let pauseMs = firstPauseMs; !cancel.aborted; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      const { promise: word, resolve } = Promise.withResolvers<Extract<Said, { event: 'ready' }>>();
      const agent = this.#start(await this.#command(), agentArgs, {}, (said) => {
        this.#log(said);
        if (said.event === 'ready') resolve(said);
      });
      const begun = performance.now();
      try {
        const ready = await Promise.race([word, this.#ended(agent)]);
        if (ready !== undefined) return ready;
      } finally {
        await agent.program.stop();
      }
      if (cancel.aborted) return undefined;
      note(`the agent ${agent.program.end ?? ''}: ${agent.program.said().slice(-2000)}`);
      if (performance.now() - begun > longestPauseMs) pauseMs = firstPauseMs;
      await pause(pauseMs, cancel).catch(() => undefined);
    }
    return undefined;
  }

  /** Writes down what will be done, before anything is. @returns undefined where the executable is not what it was */
  async #begin({ version, sha256, attempt }: Extract<Said, { event: 'ready' }>): Promise<Swap | undefined> {
    if ((await sha256OfFile(executablePath(this.#folder, sha256))) !== sha256) {
      this.#options.note(`the executable ${version} is not there as it was fetched; it is fetched again`);
      return undefined;
    }
    const swap = { version, sha256, attempt, previous: await currentSha256(this.#folder), starts: 0 };
    await writeSwap(this.#folder, swap);
    return swap;
  }

  /** Ends a swap, one way or the other, from wherever it was begun or cut. */
  async #settle(begun: Swap): Promise<void> {
    const { cancel, note } = this.#options;
    const { version, sha256, attempt } = begun;
    const { failure, newest } = await readMemory(this.#folder);
    // The word was given, and what follows was cut.
    if (newest?.sha256 === sha256) return await this.#accept(begun);
    if (failure !== null && failure.sha256 === sha256 && failure.attempt >= attempt) return await this.#goBack(begun);
    let log = '';
    for (let { starts } = begun; ; starts += 1) {
      if (starts >= mostStarts)
        return await this.#giveUp(begun, `it was started ${starts} times and ended each time`, log);
      await writeSwap(this.#folder, { ...begun, starts: starts + 1 });
      if ((await sha256OfFile(executablePath(this.#folder, sha256))) !== sha256) {
        return await this.#giveUp(begun, 'its file is damaged or gone', log);
      }
      await leadTo(this.#folder, sha256);
      note(`${version} is on trial`);
      const { verdict, said } = await this.#try(begun);
      log += said;
      if (verdict.end === 'proved') return await this.#accept(begun);
      // Whoever asked this one to stop says nothing about the executable.
      if (verdict.end === 'stopped') return await writeSwap(this.#folder, { ...begun, starts });
      note(`${version}: ${verdict.reason}`);
      if (verdict.end === 'failed' || starts + 1 >= mostStarts) return await this.#giveUp(begun, verdict.reason, log);
      await pause(firstPauseMs, cancel).catch(() => undefined);
    }
  }

  async #try({ version, sha256 }: Swap): Promise<{ readonly verdict: Verdict; readonly said: string }> {
    const { keeperArgs, times, cancel } = this.#options;
    const proof = randomBytes(16).toString('hex');
    const command = { program: executablePath(this.#folder, sha256), parts: [] };
    const { program, said } = this.#start(command, keeperArgs, { [proofVariable]: proof }, (one) => this.#log(one));
    try {
      const consoleAnswers = async (): Promise<boolean> => {
        await this.#link.self();
        return true;
      };
      const verdict = await judge({ program, said, version, proof, times, consoleAnswers, cancel });
      return { verdict, said: program.said() };
    } finally {
      await program.stop();
    }
  }

  async #accept({ version, sha256 }: Swap): Promise<void> {
    await changeMemory(this.#folder, { newest: { version, sha256 }, failure: null });
    await leadTo(this.#folder, sha256);
    await endSwap(this.#folder);
    this.#options.note(`${version} has proved itself`);
  }

  async #giveUp(swap: Swap, reason: string, log: string): Promise<void> {
    const { version, sha256, attempt } = swap;
    const text = `${reason}\n\n${log}`;
    const kept = await keepLog(this.#folder, swap, text).catch((error: unknown) => asSealiftError(error).message);
    const { message } = new SealiftError('GATEWAY_TRIAL_FAILED', { values: { version, reason, log: kept } });
    const failure = { version, sha256, attempt, at: new Date().toISOString(), reason: message.slice(0, 1000) };
    await changeMemory(this.#folder, { failure });
    await this.#goBack(swap);
  }

  async #goBack({ version, previous }: Swap): Promise<void> {
    await leadTo(this.#folder, previous);
    await endSwap(this.#folder);
    this.#options.note(`${version} is taken back; the one before runs again`);
  }

  /** What runs is what `current` leads to; without it, what this process was started as. */
  async #command(): Promise<Command> {
    const sha256 = await currentSha256(this.#folder);
    return sha256 === null ? this.#options.self : { program: executablePath(this.#folder, sha256), parts: [] };
  }

  /** The keeper is of the same executable as the agent: it has proved itself whole. */
  async #becomeCurrent(): Promise<void> {
    const { env, become, keeperArgs, note, cancel } = this.#options;
    const sha256 = await currentSha256(this.#folder);
    if (sha256 === null || env[becameVariable] === sha256 || this.#isSelf(sha256)) return;
    // Whoever has asked it to stop by now is heard: the next program knows nothing of that.
    await setImmediate();
    if (cancel.aborted) return;
    const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
    try {
      // The lock of the folder ends with this program, and is the next one's to take.
      become(executablePath(this.#folder, sha256), keeperArgs, {
        ...Object.fromEntries(given),
        [becameVariable]: sha256,
      });
    } catch (error) {
      note(`the keeper stays what it is until it is started again: ${asSealiftError(error).message}`);
    }
  }

  #isSelf(sha256: string): boolean {
    try {
      return realpathSync(this.#options.self.program) === realpathSync(executablePath(this.#folder, sha256));
    } catch {
      return false;
    }
  }

  async #needed(): Promise<readonly (string | null)[]> {
    const { newest } = await readMemory(this.#folder);
    return [await currentSha256(this.#folder), newest?.sha256 ?? null];
  }

  #start(command: Command, args: readonly string[], more: Environment, onSaid: (said: Said) => void): GatewayProcess {
    const { env } = this.#options;
    return startGateway(command, args, { env: { ...env, ...more }, folder: this.#folder.root, onSaid });
  }

  #log(said: Said): void {
    const { note } = this.#options;
    if (said.event === 'trouble') note(said.reason);
    if (said.event === 'started') note(`${said.version} is started`);
  }

  async #ended({ program }: GatewayProcess): Promise<undefined> {
    const { cancel } = this.#options;
    while (!cancel.aborted && program.end === undefined) await pause(200, cancel).catch(() => undefined);
    return undefined;
  }
}
