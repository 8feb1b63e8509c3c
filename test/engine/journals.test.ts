import { tellProof } from '@sealift/testkit/proof-figures';
import { describe, expect, it } from 'vitest';
import { finished, stoppedJournals } from './journals/stopped-journals.ts';

const ends: Readonly<Record<string, string>> = { upgrade: 'succeeded', 'roll-back': 'rolled-back' };

/** Kept for ever: what an older build left half-way is what a site has when it takes this one. `npm run journals` makes further ones. */
describe.each(stoppedJournals())('the journal of an older build, %s', (_, journal) => {
  it('stopped at every position, is finished by this one as if nothing had happened', async () => {
    const [beginning] = journal.positions;
    if (beginning === undefined) throw new Error('it has no beginning');
    const whole = await finished(journal, beginning);
    expect(whole).toContain(`"${ends[journal.name]}",null`);
    for (const [index, position] of journal.positions.entries()) {
      expect([index, position.after, await finished(journal, position)]).toEqual([index, position.after, whole]);
    }
    tellProof({ points: journal.positions.length, equal: journal.positions.length });
  }, 120_000);

  it('can be stopped after each line and each effect', () => {
    const [first, last] = [journal.positions.at(0), journal.positions.at(-1)];
    const lines = journal.lines.length - (first?.lines ?? 0);
    const effects = (last?.world.effects.length ?? 0) - (first?.world.effects.length ?? 0);
    expect(journal.positions).toHaveLength(1 + lines + effects);
    expect(effects).toBeGreaterThan(5);
  });
});
