import { describe, expect, it } from 'vitest';
import { merge } from './merge.ts';

const repeated = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('');

/*
 * Texts that are ordinary but long, or odd but short. Each took minutes or for ever, or ended in a stack overflow, where some work
 * grew with the square of the length: the test runner's own time limit is the assertion.
 */
describe('a merge is done soon', { timeout: 60_000 }, () => {
  it('where both sides changed a block scalar of 130,000 lines that repeat', () => {
    const base = `s: |\n${repeated(130_000, (index) => `  ${index % 7}\n`)}`;
    const current = base.replace('  5\n', '  site\n');
    const incoming = `${base.slice(0, -4)}  release\n`;
    const result = merge({ base, current, incoming });
    expect(result.clean).toBe(true);
    expect(result.text).toBe(`${current.slice(0, -4)}  release\n`);
  });

  it('where both sides rewrote a block scalar of lines that repeat: one conflict', () => {
    const text = (step: number) => `s: |\n${repeated(30_000, (index) => `  ${(index * index * step) % 11}\n`)}`;
    const result = merge({ base: text(1), current: text(2), incoming: text(3) });
    expect(result.conflicts.map(({ path }) => path)).toEqual([['s']]);
    expect(result.text).toBe(text(2));
  });

  it('where both sides changed 130,000 lines of comments that repeat', () => {
    const base = `a: 1\n${repeated(130_000, (index) => `# ${index % 7}\n`)}b: 1\n`;
    const current = base.replace('# 5\n', '# site\n');
    const incoming = base.replace(/# 2\nb: 1/, '# release\nb: 1');
    expect(incoming).not.toBe(base);
    expect(merge({ base, current, incoming }).text).toBe(current.replace(/# 2\nb: 1/, '# release\nb: 1'));
  });

  it('where both sides wrote 60,000 comment lines of their own', () => {
    const text = (who: string) => `a: 1\n${repeated(60_000, (index) => `# ${who} ${index}\n`)}b: 1\n`;
    const lines = merge({ base: 'a: 1\nb: 1\n', current: text('site'), incoming: text('release') }).text.split('\n');
    expect(lines).toHaveLength(120_003);
  });

  it('where a line holds 250,000 macros', () => {
    const base = `a: ${'{{ .x }} '.repeat(250_000)}\nb: 1\n`;
    const incoming = base.replace('b: 1', 'b: 2');
    expect(merge({ base, current: base, incoming }).text).toBe(incoming);
  });

  it('where blank lines stand before a document that has no marker', () => {
    const blank = '\n'.repeat(60);
    const base = '---\na: 1\n---\nb: 1\n';
    const current = `a: 1\n...\n${blank}b: 1\n`;
    const incoming = '---\na: 1\n---\nc: 1\n---\nb: 1\n';
    expect(merge({ base, current, incoming }).text).toBe(`a: 1\n...\n---\nc: 1\n---\n${blank}b: 1\n`);
  });

  it('where the line that is no YAML is one of a million dashes', () => {
    const base = `a: [\n${'-'.repeat(1_000_000)}\n`;
    expect(() => merge({ base, current: base, incoming: base })).toThrow('not valid YAML');
  });
});
