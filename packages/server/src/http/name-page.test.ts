import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageByName } from './name-page.ts';

const itself = (name: string): string => name;
const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 40 });

describe('pages by name', () => {
  it('hold everything once, in one order, whatever their length', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 10 }), (all, length) => {
        const read: string[] = [];
        let after: string | null = '';
        for (let pages = 0; after !== null; pages += 1) {
          expect(pages).toBeLessThanOrEqual(all.length);
          const { page, next }: { page: string[]; next: string | null } = pageByName(all, itself, { after, length });
          read.push(...page);
          after = next;
        }
        expect(new Set(read)).toEqual(new Set(all));
        expect(read).toHaveLength(all.length);
      }),
    );
  });

  it('leave nothing out that was there all the time, where something goes or comes in between', () => {
    const { next } = pageByName(['a', 'b', 'c', 'd'], itself, { after: '', length: 2 });
    expect(pageByName(['a', 'aa', 'c', 'd'], itself, { after: next ?? '', length: 2 }).page).toEqual(['c', 'd']);
  });
});
