import { clusterEventsSchema } from '@sealift/core/cluster';
import { describe, expect, it } from 'vitest';
import type { EventsPort } from '../events.ts';
import { type MakeDriver, never, onDriver } from './driver.ts';

/** What every source of events behind the port does. */
export function eventsContract(name: string, make: MakeDriver<EventsPort>): void {
  describe(`${name} as a source of events`, () => {
    it('has bounded ones, warnings first and of each the newest first, or says why there are none', () =>
      onDriver(make, async (port) => {
        const { events, note } = clusterEventsSchema.parse(await port.latest(never));
        if (events.length === 0) expect(note).toMatch(/\w/);
        const keys = events.map(({ type, lastAt }) => `${type === 'Warning' ? 1 : 0} ${lastAt ?? ''}`);
        expect(keys).toEqual(keys.toSorted().toReversed());
      }));
  });
}
