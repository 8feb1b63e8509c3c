import { describe, expect, it } from 'vitest';
import { finished, stoppedJournals, undisturbed } from './journals/stopped-journals.ts';

/** Kept for ever: what an older build left half-way is what a site has when it takes this one. `npm run journals` makes further ones. */
describe.each(stoppedJournals())('the journals of an upgrade by an older build, %s', (_, journals) => {
  it('stopped at every position, are finished by this one as if nothing had happened', async () => {
    const whole = await undisturbed(journals);
    expect(whole).toContain('succeeded');
    const effects = journals.positions.at(-1)?.world.effects ?? [];
    expect(journals.positions).toHaveLength(journals.lines.length + effects.length);
    for (const [index, position] of journals.positions.entries()) {
      expect([index, position.after, await finished(journals, position)]).toEqual([index, position.after, whole]);
    }
  }, 120_000);

  it('end with that build’s own end', async () => {
    const [last] = journals.positions.slice(-1);
    expect(last?.lines).toBe(journals.lines.length);
    expect(last === undefined ? '' : await finished(journals, last)).toBe(await undisturbed(journals));
  });
});
