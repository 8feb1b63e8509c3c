import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Seen, type WatchEvent } from './seen.ts';
import { thing } from './testing/scripted-server.ts';

/** What servers of one etcd may send, in any order: changes, ends and lists of few objects at few moments. */
const moments = fc.integer({ min: 1, max: 12 });
const objects = fc.tuple(fc.constantFrom('a', 'b', 'c'), moments).map(([name, at]) => thing(name, at));
const steps = fc.array(
  fc.oneof(
    fc.record({ object: objects, isGone: fc.boolean() }),
    fc.record({ objects: fc.array(objects, { maxLength: 3 }), resourceVersion: moments.map(String) }),
    fc.record({ mark: moments.map(String) }),
  ),
  { maxLength: 30 },
);

describe('what was seen', () => {
  it('never goes back, whatever servers send in whatever order', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const seen = new Seen('/things', undefined);
        const newest = new Map<string, number>();
        let position = 0;
        for (const step of all) {
          for (const event of tell(seen, step)) {
            if (event.type !== 'changed') continue;
            const { uid = '', resourceVersion } = event.object.metadata;
            expect(Number(resourceVersion)).toBeGreaterThan(newest.get(uid) ?? 0);
            newest.set(uid, Number(resourceVersion));
          }
          expect(Number(seen.position ?? 0)).toBeGreaterThanOrEqual(position);
          position = Number(seen.position ?? 0);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('tells the end of an object once, and only of one that is there or unheard of', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const seen = new Seen('/things', undefined);
        const gone = new Set<string>();
        for (const step of all) {
          for (const event of tell(seen, step)) {
            if (event.type === 'changed') gone.delete(event.object.metadata.uid ?? '');
            if (event.type !== 'gone') continue;
            expect(gone.has(event.uid)).toBe(false);
            gone.add(event.uid);
          }
        }
      }),
    );
  });
});

type Step = typeof steps extends fc.Arbitrary<readonly (infer One)[]> ? One : never;

/** A list that is older than what was seen is refused, and nothing of it is told. */
function tell(seen: Seen, step: Step): readonly WatchEvent[] {
  if ('mark' in step) {
    seen.marked(step.mark);
    return [];
  }
  try {
    return 'objects' in step ? [...seen.listed(step)] : [...seen.told(step.object, step.isGone)];
  } catch (error) {
    expect(error).toMatchObject({ code: 'KUBERNETES_REWOUND' });
    return [];
  }
}
