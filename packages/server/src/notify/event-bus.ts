import { EventEmitter } from 'node:events';
import type { ConsoleEvent } from '@sealift/core/api';

/** Tells every open console page that something changed. Carries names only: readers fetch the subject again. */
export class EventBus {
  readonly #emitter = new EventEmitter().setMaxListeners(0);
  #relay: (event: ConsoleEvent) => void = () => undefined;

  /** Tells those of this console, and by the relay those of the others. */
  publish(event: ConsoleEvent): void {
    this.tell(event);
    this.#relay(event);
  }

  /** Tells those of this console only: it happened in another one. */
  tell(event: ConsoleEvent): void {
    this.#emitter.emit('event', event);
  }

  /** Hands what is published here on to the other consoles. */
  relayTo(relay: (event: ConsoleEvent) => void): void {
    this.#relay = relay;
  }

  /** Something may have been missed: who listens has to fetch everything again. */
  missed(): void {
    this.#emitter.emit('missed');
  }

  /** @returns the function that ends the subscription */
  subscribe(listener: (event: ConsoleEvent) => void, onMissed: () => void = () => undefined): () => void {
    this.#emitter.on('event', listener);
    this.#emitter.on('missed', onMissed);
    return () => {
      this.#emitter.off('event', listener);
      this.#emitter.off('missed', onMissed);
    };
  }
}
