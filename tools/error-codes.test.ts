import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { catalogue } from '@sealift/core/errors';
import { expect, it } from 'vitest';
import { isTest } from './architecture/arrows.ts';

const root = fileURLToPath(new URL('../packages/', import.meta.url));

it('every error of the catalogue is thrown somewhere', () => {
  const sources = globSync('*/src/**/*.{ts,tsx}', { cwd: root })
    .filter((path) => !path.startsWith('core/src/errors/catalogue') && !isTest(`packages/${path}`))
    .map((path) => readFileSync(`${root}${path}`, 'utf8'))
    .join('\n');
  const unused = Object.keys(catalogue).filter((code) => !sources.includes(`'${code}'`));
  expect(unused).toEqual([]);
});
