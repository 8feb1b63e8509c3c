import { serializerCompiler } from 'fastify-type-provider-zod';
import type { ApiScope } from './api-scope.ts';

/** How long after it began a look is, for people, still one of now. */
const validMs = 250;

interface Look {
  readonly began: number;
  /** How many changes there were before. */
  readonly changes: number;
  readonly answer: Promise<object>;
  goesOn: boolean;
}

/** What tells of changes, and that some may have been missed. */
interface Changes {
  subscribe(listener: () => void, onMissed: () => void): unknown;
}

/** Answers that several readers get; each is written as JSON once. */
const shared = new WeakMap<object, { text?: string }>();

/**
 * Reads that ask database and cluster for much, and give the same to everybody who may read at all: one look serves all who ask while it goes on, or
 * a moment after it began, so that a hundred open pages ask the cluster no more than one does. A look that began before a change through this
 * console is given to nobody who asks after the change.
 */
export class SharedReads {
  readonly #looks = new Map<string, Look>();
  readonly #now: () => number;
  #changes = 0;

  /**
   * @param api whose requests may change something; its routes come later
   * @param events tell of every other change
   * @param now a clock that never goes back, in milliseconds
   */
  constructor(api: ApiScope, events: Changes, now = () => performance.now()) {
    this.#now = now;
    const change = (): void => {
      this.#changes += 1;
    };
    events.subscribe(change, change);
    api.addHook('onSend', (request, _reply, payload, done) => {
      if (request.method !== 'GET') change();
      done(null, payload);
    });
  }

  /** @param name of the kind of look */
  async read<Answer extends object>(name: string, look: () => Promise<Answer>): Promise<Answer> {
    const last = this.#looks.get(name);
    const began = this.#now();
    if (last?.changes === this.#changes && (last.goesOn || began - last.began < validMs)) {
      // The same name stands for the same look.
      return (await last.answer) as Answer;
    }
    const answer = look();
    const begun: Look = { began, changes: this.#changes, answer, goesOn: true };
    this.#looks.set(name, begun);
    try {
      const found = await answer;
      shared.set(found, {});
      return found;
    } catch (error) {
      if (this.#looks.get(name) === begun) this.#looks.delete(name);
      throw error;
    } finally {
      begun.goesOn = false;
    }
  }
}

/** Writes answers by the schemas of their routes. */
export const answerSerializer: typeof serializerCompiler = (route) => {
  const write = serializerCompiler(route);
  return (answer: unknown) => {
    const kept = typeof answer === 'object' && answer !== null ? shared.get(answer) : undefined;
    if (kept === undefined) return write(answer);
    return (kept.text ??= write(answer));
  };
};
