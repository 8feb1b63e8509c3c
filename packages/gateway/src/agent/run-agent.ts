import type { PublicKey } from '@sealift/bundle/minisign';
import type { GatewayOrders, GatewayReport, GatewayUpdate } from '@sealift/core/api';
import { asSealiftError, isSealiftError } from '@sealift/core/errors';
import { programVersion } from '@sealift/core/program-version';
import type { Environment } from '@sealift/io/http/environment';
import { pause } from '@sealift/io/pause';
import { ConsoleLink, isOutside } from '../console/console-link.ts';
import { askedMs } from '../console/faults.ts';
import { Sequence } from '../console/sequence.ts';
import { type GatewayFolder, gatewayFolder } from '../folder.ts';
import { readIdentity } from '../identity/identity.ts';
import { changeMemory, type Memory, readMemory } from '../memory.ts';
import { thisPlatform } from '../platform.ts';
import { lineOf, proofVariable, type Said } from '../protocol.ts';
import { download } from '../update/download.ts';
import { verifyOffer } from '../update/verify-release.ts';

export interface AgentOptions {
  /** The data folder. */
  readonly folder: string;
  readonly env: Environment;
  /** The keys that the administrator of this machine trusts, now. */
  readonly keys: () => Promise<readonly PublicKey[]>;
  /** Writes one line for whoever started it. */
  readonly say: (line: string) => void;
  readonly cancel: AbortSignal;
}

const firstPauseMs = 5000;
const longestPauseMs = 15 * 60_000;
/** One that is on trial tries often: its time runs from when the console answers again. */
const onTrial = { pauseMs: 1000, longestAskedMs: 30_000 } as const;

/**
 * The agent: reports, hears what it is to run, fetches and verifies that, and says when it may be put in its place. It changes nothing of what
 * runs. Where it is on trial it only proves itself. It may be killed at any time.
 *
 * @throws GATEWAY_NOT_REGISTERED, GATEWAY_STATE_INVALID; no fault of console or network ends it
 */
export async function runAgent({ folder: root, env, keys, say, cancel }: AgentOptions): Promise<void> {
  const folder = gatewayFolder(root);
  const identity = await readIdentity(folder);
  await readMemory(folder);
  const sequence = new Sequence(folder.sequence);
  const link = new ConsoleLink({ identity, sequence, env, cancel });
  const proof = env[proofVariable] ?? null;
  await new Agent({ folder, link, keys, cancel, proof, tell: (said) => say(lineOf(said)) }).run();
}

interface AgentParts {
  readonly folder: GatewayFolder;
  readonly link: ConsoleLink;
  readonly keys: AgentOptions['keys'];
  readonly cancel: AbortSignal;
  readonly proof: string | null;
  readonly tell: (said: Said) => void;
}

class Agent {
  readonly #parts: AgentParts;
  readonly #platform = thisPlatform();
  #swap: GatewayReport['swap'] = null;
  #trouble: string | null = null;
  /** What is ready and was told already. */
  #ready = '';

  constructor(parts: AgentParts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { cancel, tell } = this.#parts;
    tell({ sealiftGateway: 1, event: 'started', version: programVersion });
    let failures = 0;
    while (!cancel.aborted) {
      try {
        const orders = await this.#report();
        failures = 0;
        await this.#until(orders, (await this.#obey(orders)) ? 0 : orders.pollSeconds * 1000 * jitter());
      } catch (error) {
        if (cancel.aborted) return;
        this.#note(error);
        await pause(this.#pauseMs(error, failures), cancel).catch(() => undefined);
        failures += 1;
      }
    }
  }

  /** How long to leave the console alone after a failure: as long as it asked for, and longer after each further one. */
  #pauseMs(error: unknown, failures: number): number {
    const asked = askedMs(error) ?? 0;
    if (this.#parts.proof !== null) return Math.max(onTrial.pauseMs, Math.min(asked, onTrial.longestAskedMs));
    return Math.max(asked, Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 10)) * jitter());
  }

  async #report(): Promise<GatewayOrders> {
    const { link, folder, proof, tell } = this.#parts;
    const { failure } = await readMemory(folder);
    const about = { version: programVersion, platform: this.#platform, executable: null };
    const orders = await link.report({ ...about, proof, swap: this.#swap, failure, trouble: this.#trouble });
    this.#trouble = null;
    if (proof !== null && orders.proof === proof) {
      tell({ sealiftGateway: 1, event: 'handshake', version: programVersion, proof });
    }
    return orders;
  }

  /** @returns whether something is to be reported at once */
  async #obey({ update }: GatewayOrders): Promise<boolean> {
    const { folder, proof, tell } = this.#parts;
    const memory = await readMemory(folder);
    if (update === null || proof !== null || isPast(update, memory)) {
      const changed = this.#swap !== null && proof === null;
      if (proof === null) this.#swap = null;
      return changed;
    }
    const { version, sha256, attempt } = update;
    try {
      await this.#prepare(update, memory);
    } catch (error) {
      this.#swap = null;
      if (!isSealiftError(error, 'GATEWAY_UPDATE_REFUSED')) throw error;
      const reason = error.message.slice(0, 1000);
      await changeMemory(folder, { failure: { version, sha256, attempt, at: new Date().toISOString(), reason } });
      return true;
    }
    const key = `${sha256}#${attempt}`;
    // Whoever started it stops it then.
    if (this.#ready !== key) tell({ sealiftGateway: 1, event: 'ready', version, sha256, attempt });
    this.#ready = key;
    return false;
  }

  async #prepare(update: GatewayUpdate, memory: Memory): Promise<void> {
    const { folder, link, keys, cancel } = this.#parts;
    const { version, sha256, attempt, release } = update;
    const marker = await link.marker(release);
    const trust = { platform: this.#platform, version: programVersion, memory, keys: await keys() };
    const { product, ...executable } = await verifyOffer(update, marker, trust);
    if (memory.product === null) await changeMemory(folder, { product });
    this.#swap = { version, sha256, attempt, stage: 'downloading' };
    await download(executable, folder, link, cancel);
    this.#swap = { version, sha256, attempt, stage: 'on-trial' };
  }

  /** Waits until the next report is due, or the console gives word. */
  async #until({ waitSeconds, revision }: GatewayOrders, forMs: number): Promise<void> {
    const { link, cancel } = this.#parts;
    const end = performance.now() + forMs;
    for (;;) {
      const leftMs = end - performance.now();
      if (leftMs <= 0 || cancel.aborted) return;
      const seconds = Math.floor(Math.min(waitSeconds, leftMs / 1000));
      if (seconds < 1) return await pause(leftMs, cancel).catch(() => undefined);
      try {
        const { told, withinSeconds } = await link.wait(revision, seconds);
        if (!told) continue;
        return await pause(Math.random() * withinSeconds * 1000, cancel).catch(() => undefined);
      } catch (error) {
        if (cancel.aborted) return;
        // Word that cannot be waited for comes with the next report.
        const restMs = Math.max(firstPauseMs * jitter(), askedMs(error) ?? 0, isOutside(error) ? 0 : longestPauseMs);
        await pause(Math.min(restMs, Math.max(0, end - performance.now())), cancel).catch(() => undefined);
      }
    }
  }

  #note(error: unknown): void {
    const { message, code } = asSealiftError(error);
    this.#trouble = isOutside(error) ? null : `${message} (${code})`.slice(0, 1000);
    this.#parts.tell({ sealiftGateway: 1, event: 'trouble', reason: message.slice(0, 2000) });
  }
}

/** A tenth less to a tenth more, so that those that were cut at once do not come back at once. */
function jitter(): number {
  return 0.9 + Math.random() * 0.2;
}

/** Whether it was tried in this attempt already. */
function isPast({ sha256, attempt }: GatewayUpdate, { failure }: Memory): boolean {
  return failure !== null && failure.sha256 === sha256 && failure.attempt >= attempt;
}
