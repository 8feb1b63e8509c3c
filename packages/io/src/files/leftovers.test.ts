import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeLeftovers } from './leftovers.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-leftovers-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('removes only the old temporary files of the same name', async () => {
  const old = new Date(Date.now() - 60 * 60 * 1000);
  const id = '0b8e2c3a-1111-4222-8333-944445555666';
  for (const name of [
    `.x.bin.${id}`,
    `.x.bin.${id}.minisig`,
    `.x.bin.${id}.part002`,
    `.x.bin.${id}.parts.json.minisig`,
    `.y.bin.${id}`,
    '.x.bin.backup',
    'x.bin',
  ]) {
    writeFileSync(join(folder, name), '');
    utimesSync(join(folder, name), old, old);
  }
  const running = `.x.bin.1b8e2c3a-1111-4222-8333-944445555666`;
  writeFileSync(join(folder, running), '');
  // Its second part is being written, so its first is no leftover either.
  const oldPart = `.x.bin.2b8e2c3a-1111-4222-8333-944445555666`;
  writeFileSync(join(folder, oldPart), '');
  utimesSync(join(folder, oldPart), old, old);
  writeFileSync(join(folder, `${oldPart}.part002`), '');
  await removeLeftovers(folder, '.x.bin.');
  expect(readdirSync(folder).sort()).toEqual(
    ['.x.bin.backup', running, oldPart, `${oldPart}.part002`, `.y.bin.${id}`, 'x.bin'].sort(),
  );
  await removeLeftovers(join(folder, 'none'), '.x.bin.');
});
