import type { ObjectQuery } from '@sealift/core/release';
import { describe, expect, it } from 'vitest';
import type { DeclaredPort, DeclaredWork } from '../declared.ts';
import { type MakeDriver, never, onDriver } from './driver.ts';

/** A cluster in which work waits to be done, and an object that a query finds. */
export interface DeclaredDriver {
  readonly declared: DeclaredPort;
  readonly work: readonly DeclaredWork[];
  /** Finds one object. */
  readonly query: ObjectQuery;
}

/** What is done of what releases declare behind the engine's port. */
export function declaredContract(name: string, make: MakeDriver<DeclaredDriver>): void {
  describe(`${name} with what a release declares`, () => {
    it('has it to do until it is done, asked once or twice', () =>
      onDriver(make, async ({ declared, work }) => {
        for (const one of work) {
          expect(await declared.standing(one, never)).toMatchObject({ state: 'act', message: expect.any(String) });
          for (let time = 0; time < 2; time += 1) {
            await declared.act(one, never);
            // What others have a part in takes its time.
            await expect
              .poll(async () => (await declared.standing(one, never)).state, { timeout: 60_000, interval: 50 })
              .not.toBe('wait');
          }
          for (;;) {
            const { state } = await declared.standing(one, never);
            if (state === 'done') break;
            if (state === 'act') await declared.act(one, never);
          }
          expect(await declared.standing(one, never)).toMatchObject({
            state: 'done',
            message: expect.any(String),
            evidence: expect.any(Object),
          });
        }
      }));

    it('finds what a query asks for, and nothing of another name', () =>
      onDriver(make, async ({ declared, query }) => {
        const found = await declared.find(query, never);
        expect(found.served).toBe(true);
        expect(found.objects).toMatchObject([
          { name: expect.stringContaining(query.kind), object: { kind: query.kind } },
        ]);
        const { selector: _, ...rest } = query;
        expect(await declared.find({ ...rest, name: 'nobody' }, never)).toEqual({ served: true, objects: [] });
      }));
  });
}
