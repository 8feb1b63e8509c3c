import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { isTest } from './architecture/arrows.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

it('what ships makes folders with makeFolder, for the recursive mkdir of Node.js may never return', () => {
  const makers = globSync('packages/*/src/**/*.{ts,tsx}', { cwd: root }).filter(
    (path) => !isTest(path) && /mkdir(?:Sync)?\([^;]*recursive: true/.test(readFileSync(`${root}${path}`, 'utf8')),
  );
  expect(makers).toEqual([]);
});
