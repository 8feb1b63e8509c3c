import { describe, expect, it } from 'vitest';
import { allPages } from './all-pages.ts';

describe('all pages', () => {
  it('are read one after the other, to the last', async () => {
    const asked: string[] = [];
    const next: Readonly<Record<string, string | null>> = { '': 'b', b: 'd', d: null };
    const pages = await allPages((after) => {
      asked.push(after);
      return Promise.resolve({ next: next[after] ?? null, of: after });
    });
    expect(asked).toEqual(['', 'b', 'd']);
    expect(pages.map(({ of }) => of)).toEqual(asked);
  });

  it('end where a server leads back', async () => {
    const asked: string[] = [];
    await allPages((after) => {
      asked.push(after);
      return Promise.resolve({ next: after === '' ? 'b' : 'a' });
    });
    expect(asked).toEqual(['', 'b']);
  });
});
