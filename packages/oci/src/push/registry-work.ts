import { isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';
import type { RegistryClient, RegistryRetry } from '../registry-client/client.ts';
import { withRegistryRetry } from '../registry-client/retry.ts';
import { AdaptiveGate } from './adaptive-gate.ts';
import type { PushEvent } from './types.ts';

/** What is done at the registries of one push: each piece waits for its turn, and none is begun once the push is over. */
export class RegistryWork {
  readonly #cancel: AbortSignal;
  readonly #onRetry: (retry: RegistryRetry) => void;
  readonly #gate: AdaptiveGate;
  /** Views of the clients that end with the push and tell of what they try again. */
  readonly #views = new Map<RegistryClient, RegistryClient>();
  /** Registries that could not be reached any more, however often it was tried: nothing more is tried there. */
  readonly #down = new Map<RegistryClient, SealiftError>();

  constructor(concurrency: number, cancel: AbortSignal, onEvent: (event: PushEvent) => void) {
    this.#cancel = cancel;
    this.#gate = new AdaptiveGate(concurrency);
    this.#onRetry = ({ what, attempt, delayMs, error }) => {
      this.#gate.slowDown();
      onEvent({ kind: 'retry', what, attempt, delayMs, reason: reasonOf(error) });
    };
  }

  /** How many pieces may run at a time. */
  get most(): number {
    return this.#gate.most;
  }

  /** A piece that the client itself tries again where that may help. @throws PUSH_CANCELLED, what the registry fails with */
  async at<Result>(client: RegistryClient, work: (client: RegistryClient) => Promise<Result>): Promise<Result> {
    const down = this.#down.get(client);
    if (down !== undefined) throw down;
    try {
      if (this.#cancel.aborted) throw new SealiftError('PUSH_CANCELLED');
      return await this.#gate.run(() => work(this.#viewOf(client)));
    } catch (error) {
      if (isSealiftError(error, 'REGISTRY_UNREACHABLE')) this.#down.set(client, error);
      throw error;
    }
  }

  /** A piece that is tried again as a whole, because it takes up where it was; `position` is how far it came, in bytes. */
  async resumable<Result>(
    client: RegistryClient,
    what: string,
    work: (client: RegistryClient) => Promise<Result>,
    position: () => number = () => 0,
  ): Promise<Result> {
    return await this.at(client, (view) => withRegistryRetry(() => work(view), { ...view.retriesOf(what), position }));
  }

  #viewOf(client: RegistryClient): RegistryClient {
    const view = this.#views.get(client) ?? client.with({ cancel: this.#cancel, onRetry: this.#onRetry });
    this.#views.set(client, view);
    return view;
  }
}
