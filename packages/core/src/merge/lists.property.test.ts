import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { merge } from './merge.ts';
import { editList, judgeKeyed, type List, randomList, writeList } from './testing/keyed-lists.ts';
import { Random } from './testing/random.ts';

/** How many random lists are tried; SEALIFT_LIST_CASES asks for more. */
const cases = Number(process.env['SEALIFT_LIST_CASES'] ?? 600);

describe('lists whose items have a name', () => {
  it('are merged as an oracle says that knows identity and order only', { timeout: 300_000 }, () => {
    const random = new Random(41);
    const complaints: string[] = [];
    for (let index = 0; index < cases; index += 1) {
      const base = randomList(random);
      const current = editList(base, random, 's');
      const incoming = editList(base, random, 'r');
      const result = merge({ base: writeList(base), current: writeList(current), incoming: writeList(incoming) });
      const merged = (parse(result.text) as { l: List }).l;
      const conflicts = result.conflicts.map(({ path }) => path);
      const found = judgeKeyed(base, current, incoming, merged, conflicts);
      const names = [base, current, incoming, merged].map((list) => list.map(({ name, value }) => `${name}:${value}`));
      if (found.length > 0) complaints.push(`${found.join('; ')} (${names.join(' | ')}) ${JSON.stringify(conflicts)}`);
    }
    expect(complaints).toEqual([]);
  });
});
