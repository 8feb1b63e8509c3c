import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { catalogue } from '@sealift/core/errors';
import { expect, it } from 'vitest';
import { isTest } from './architecture/arrows.ts';

const root = fileURLToPath(new URL('../packages/', import.meta.url));

/** Codes that no source makes an error with. To be compared with, asserted or mentioned in a comment is no use. */
function unusedCodes(codes: readonly string[], sources: string): string[] {
  const code = sources
    .replaceAll(/(?<=^|\s)\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
    .replaceAll(/(?:isSealiftError\([^()]*,\s*|[!=]==\s*|case\s+)'[A-Z0-9_]+'/g, '');
  return codes.filter((one) => !code.includes(`'${one}'`));
}

const sources = globSync('*/src/**/*.{ts,tsx}', { cwd: root })
  .filter((path) => !path.startsWith('core/src/errors/catalogue') && !isTest(`packages/${path}`))
  .map((path) => readFileSync(`${root}${path}`, 'utf8'))
  .join('\n');

it('every error of the catalogue is made somewhere', () => {
  expect(unusedCodes(Object.keys(catalogue), sources)).toEqual([]);
});

it.each([
  ['appears nowhere', ''],
  [
    'is only compared with',
    "if (error.code === 'UNUSED_CODE') return; if (isSealiftError(error, 'UNUSED_CODE')) throw error;",
  ],
  ['is only one of several cases', "switch (code) { case 'UNUSED_CODE': return; }"],
  ['stands in comments alone', "/** @throws 'UNUSED_CODE' */\n// as 'UNUSED_CODE' says\nrun();"],
])('a code that %s is unused', (_how, text) => {
  expect(unusedCodes(['UNUSED_CODE'], `${sources}\n${text}`)).toEqual(['UNUSED_CODE']);
});

it('a code that an error is made with is used, also by a choice between two', () => {
  expect(unusedCodes(['A_CODE'], "throw new SealiftError('A_CODE')")).toEqual([]);
  expect(unusedCodes(['A_CODE'], "const code = known ? 'OTHER' : 'A_CODE';")).toEqual([]);
});
