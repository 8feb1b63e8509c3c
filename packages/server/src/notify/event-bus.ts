import { EventEmitter } from 'node:events';
import type { ConsoleEvent } from '@sealift/core/api';

/** Tells every open console page that something changed. Carries names only: readers fetch the subject again. */
export class EventBus {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  publish(event: ConsoleEvent): void {
    this.#emitter.emit('event', event);
  }

  /** @returns the function that ends the subscription */
  subscribe(listener: (event: ConsoleEvent) => void): () => void {
    this.#emitter.on('event', listener);
    return () => this.#emitter.off('event', listener);
  }
}
