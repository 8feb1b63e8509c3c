import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { elsewhere } from './elsewhere.ts';
import { faults } from './faults.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Where checks of a preflight are. */
const folders = [
  'packages/site/src/checks',
  'packages/site/src/cluster',
  'packages/upgrade/src/preflight',
  'packages/server/src/upgrades/preflight',
];

/** Names of checks as the sources give them. */
function checksInSources(): readonly string[] {
  const names = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .flatMap((file) => {
        const text = readFileSync(join(root, folder, file), 'utf8');
        const found = text.matchAll(/\b(?:runCheck|look|ofState|check)\(\s*'([a-z-]+)',\s*(?:'[A-Za-z]|title)/g);
        return [...found].map(([, name = '']) => name);
      }),
  );
  return [...new Set(names)].toSorted();
}

it('seed a fault for every check of the preflight, or say where one is', () => {
  const covered = new Set([...faults.map(({ check }) => check), ...elsewhere.map(({ check }) => check)]);
  expect(checksInSources().length).toBeGreaterThan(45);
  expect(checksInSources().filter((name) => !covered.has(name))).toEqual([]);
  expect(elsewhere.filter(({ check }) => faults.some((one) => one.check === check))).toEqual([]);
});

it('are 45 or more, each another', () => {
  expect(faults.length).toBeGreaterThanOrEqual(45);
  expect(new Set(faults.map(({ check, fault }) => `${check}: ${fault}`)).size).toBe(faults.length);
});

it('name tests that are there', () => {
  for (const { file } of elsewhere) expect(readFileSync(join(root, file), 'utf8')).not.toBe('');
});
