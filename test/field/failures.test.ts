import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { failures } from './failures.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('are thirty, and each that is not open names tests that are there', () => {
  expect(failures).toHaveLength(30);
  const lost = failures.flatMap(({ failure, answer, tests }) => {
    if (answer === 'open') return [];
    const missing = tests.filter(({ file, name }) => !testNames(file).some((one) => one.includes(name)));
    return tests.length === 0 ? [failure] : missing.map(({ name }) => `${failure}: ${name}`);
  });
  expect(lost).toEqual([]);
});

/** Texts of a test file that name its tests, and their cases. */
function testNames(file: string): readonly string[] {
  return [...readFileSync(`${root}/${file}`, 'utf8').matchAll(/^\s*(?:it|test)?(?:\(|\[)['"](.+?)['"],/gm)].map(
    ([, name = '']) => name,
  );
}
