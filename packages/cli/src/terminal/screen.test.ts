import { expect, it } from 'vitest';
import { LivePicture } from './screen.ts';

function drawn(rows: number, columns: number, ...pictures: [string[], number?][]): string[] {
  const written: string[] = [];
  const picture = new LivePicture({ rows, columns, write: (text) => void written.push(text) });
  for (const [lines, focus] of pictures) picture.draw(lines, focus);
  return written;
}
const lines = Array.from({ length: 30 }, (_, n) => `line ${n}`);

it('draws over what it drew before, and nothing above it', () => {
  expect(drawn(24, 80, [['a', 'b']], [['c']])).toEqual(['\r\u001b[Ja\nb\n', '\u001b[2A\r\u001b[Jc\n']);
});

it.each([0, 2, 15, 29])('shows the head and what is around line %i where not all fit', (focus) => {
  const [text = ''] = drawn(10, 80, [lines, focus]);
  const shown = text.replace('\r\u001b[J', '').trimEnd().split('\n');
  expect(shown).toHaveLength(9);
  expect(shown.slice(0, 2)).toEqual(['line 0', 'line 1']);
  expect(shown).toContain(`line ${focus}`);
});

it('cuts what would wrap', () => {
  expect(drawn(24, 20, [['x'.repeat(40)]])[0]).toBe(`\r\u001b[J${'x'.repeat(18)}…\n`);
});
