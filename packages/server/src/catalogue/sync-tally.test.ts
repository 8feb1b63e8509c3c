import { describe, expect, it } from 'vitest';
import { Tally } from './sync-tally.ts';

const taken = (count: number, isNew = true) => Array.from({ length: count }, () => ({ kind: 'pack', isNew }) as const);
const refusal = (name: string) => ({ refused: { name, code: 'X', detail: '', hint: '' } });

describe('the tally of a sync', () => {
  it('says how far it is and about how long the rest takes', () => {
    let now = 1000;
    const tally = new Tally(400, () => now);
    expect(tally.progress()).toMatchObject({ done: 0, total: 400, message: 'Verifying' });
    tally.add(taken(100));
    now += 2000;
    expect(tally.progress()).toMatchObject({ done: 100, message: 'Verifying, 2 s so far, about 6 s left' });
  });

  it('is told now and then, not with every step', () => {
    let now = 0;
    const tally = new Tally(400, () => now);
    expect(tally.isDue()).toBe(false);
    now += 600;
    expect(tally.isDue()).toBe(true);
    expect(tally.isDue()).toBe(false);
  });

  it('lists what was refused in the order of the tags, and counts the rest', () => {
    const tally = new Tally(5);
    tally.add([refusal('pack-b'), ...taken(2, false), refusal('pack-a')]);
    tally.add([{ kind: 'release', isNew: true }]);
    expect(tally.end()).toMatchObject({
      done: 5,
      refused: [{ name: 'pack-a' }, { name: 'pack-b' }],
      message: '1 release in the catalogue, 1 new; 2 packs of their own in the catalogue, 0 new; 2 refused',
    });
  });
});
