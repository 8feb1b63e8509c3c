import { createHash } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';

/** The renders of sixty large charts, and no more than a console has room for. */
const usualLimitBytes = 64 * 1024 * 1024;

/**
 * What helm said, for those who ask it for the same within one look at a site: only of what follows from what helm is given, and not from the
 * cluster. Who asks while another waits for the answer waits for that one. A failure is not kept, and who was first may be cut: then the next asks himself.
 * Past its size the oldest is let go.
 */
export class RenderCache {
  readonly #limitBytes: number;
  readonly #kept = new Map<string, string>();
  readonly #underWay = new Map<string, Promise<string>>();
  #bytes = 0;

  constructor(limitBytes: number = usualLimitBytes) {
    this.#limitBytes = limitBytes;
  }

  /**
   * @param given all that the answer follows from
   * @throws what `ask` throws, CANCELLED
   */
  async get(
    given: readonly (string | Uint8Array)[],
    ask: () => Promise<string>,
    cancel?: AbortSignal,
  ): Promise<string> {
    const key = keyOf(given);
    for (;;) {
      const kept = this.#kept.get(key);
      if (kept !== undefined) return kept;
      const other = this.#underWay.get(key);
      if (other === undefined) return await this.#ask(key, ask);
      await ended(other, cancel);
    }
  }

  async #ask(key: string, ask: () => Promise<string>): Promise<string> {
    const asked = ask();
    this.#underWay.set(key, asked);
    try {
      const answer = await asked;
      this.#keep(key, answer);
      return answer;
    } finally {
      this.#underWay.delete(key);
    }
  }

  #keep(key: string, answer: string): void {
    this.#kept.set(key, answer);
    this.#bytes += sizeOf(answer);
    for (const [oldest, text] of this.#kept) {
      if (this.#bytes <= this.#limitBytes) return;
      this.#kept.delete(oldest);
      this.#bytes -= sizeOf(text);
    }
  }
}

/** As JavaScript keeps a text at most. */
function sizeOf(text: string): number {
  return text.length * 2;
}

/** Each part with its length in front, so that no two ways to cut the same bytes are one. */
function keyOf(given: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of given) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('base64');
}

/** Waits until somebody else's work has ended, however that ends. @throws CANCELLED */
async function ended(work: Promise<string>, cancel: AbortSignal | undefined): Promise<void> {
  const cancelled = new SealiftError('CANCELLED', { place: 'helm render' });
  if (cancel?.aborted === true) throw cancelled;
  const cut = Promise.withResolvers<never>();
  const stop = (): void => cut.reject(cancelled);
  cancel?.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([work.catch(() => undefined), cut.promise]);
  } finally {
    cancel?.removeEventListener('abort', stop);
  }
}
