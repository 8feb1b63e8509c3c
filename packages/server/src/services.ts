import type { EventBus } from './http/events.ts';
import type { Store } from './store/store.ts';

/** What the routes work with. */
export interface ConsoleServices {
  readonly store: Store;
  readonly events: EventBus;
}
