import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { goPeers } from './go-peers.ts';

const folder = fileURLToPath(new URL('../../../test/peers', import.meta.url));

it('names every program that the modules build, and no other', () => {
  const built = globSync('*/programs', { cwd: folder }).flatMap((path) =>
    readFileSync(`${folder}/${path}`, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => `${path.slice(0, path.indexOf('/'))}/${line.split(' ')[0]}`),
  );
  expect(
    Object.values(goPeers)
      .map(({ module, program }) => `${module}/${program}`)
      .toSorted(),
  ).toEqual(built.toSorted());
});
