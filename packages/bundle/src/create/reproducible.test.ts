import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateKeyPair } from '../minisign/keys.ts';
import { writeSmallRelease } from '@sealift/testkit/small-release';

let folder: string;
let expected: Buffer;

const programText = `
import { readFileSync } from 'node:fs';
import { createBundle } from ${JSON.stringify(new URL('./create-bundle.ts', import.meta.url))};
import { parseSecretKey } from ${JSON.stringify(new URL('../minisign/keys.ts', import.meta.url))};
const [key, releaseFile, output, splitBytes] = process.argv.slice(2);
await createBundle({
  releaseFile, output, secretKey: parseSecretKey(readFileSync(key, 'utf8')), executables: [],
  ...(splitBytes === undefined ? {} : { splitBytes: Number(splitBytes) }),
});
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-reproducible-'));
  writeFileSync(join(folder, 'create.ts'), programText);
  writeFileSync(join(folder, 'vendor.key'), generateKeyPair().file.reveal());
  expected = await create('first', {});
}, 30_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Circumstances {
  readonly env?: Readonly<Record<string, string>>;
  readonly umask?: string;
  /** Names the same things in another order. */
  readonly change?: (release: string) => string;
  readonly timeOfFiles?: Date;
  readonly splitBytes?: number;
}

/** Creates a bundle of the same release in a process and a folder of its own. */
async function create(name: string, circumstances: Circumstances): Promise<Buffer> {
  const { env = {}, umask = '022', change = (text) => text, timeOfFiles, splitBytes } = circumstances;
  const release = join(folder, name);
  mkdirSync(release);
  const file = await writeSmallRelease(release);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  if (timeOfFiles !== undefined) {
    for (const entry of readdirSync(release, { recursive: true, encoding: 'utf8' })) {
      utimesSync(join(release, entry), timeOfFiles, timeOfFiles);
    }
  }
  const target = join(release, 'target');
  mkdirSync(target);
  const args = [join(folder, 'create.ts'), join(folder, 'vendor.key'), file, join(target, 'airgap.bin')];
  const done = spawnSync(
    'sh',
    [
      '-c',
      `umask ${umask}; exec "$0" "$@"`,
      process.execPath,
      ...args,
      ...(splitBytes === undefined ? [] : [String(splitBytes)]),
    ],
    {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', ...env },
    },
  );
  expect(done.stderr).toBe('');
  const parts = readdirSync(target).filter((entry) => /^airgap\.bin(?:\.part\d+)?$/.test(entry));
  return Buffer.concat(parts.sort().map((entry) => readFileSync(join(target, entry))));
}

const reordered = (release: string): string =>
  release
    .replace('packs: [ "./packs/*" ]', 'packs: [ ./packs/ubuntu-vsphere-22.04, "./packs/k*", "./packs/c*" ]')
    .replace('images: [ "oci:./images" ]', `images: [ "oci:./images:${otherImage}", "oci:./images" ]`);
const otherImage = 'docker.io/library/busybox:1.36';

const elsewhere = { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', SOURCE_DATE_EPOCH: '1', UV_THREADPOOL_SIZE: '16' };

it.each<[string, Circumstances]>([
  ['one thread for files', { env: { UV_THREADPOOL_SIZE: '1' } }],
  ['many, elsewhere, another day', { env: elsewhere, umask: '077', timeOfFiles: new Date('2001-02-03') }],
  ['parts', { splitBytes: 100_000 }],
])(
  'the same bytes come of the same input: %s',
  async (name, circumstances) => {
    expect((await create(name.replaceAll(/[ ,]+/g, '-'), circumstances)).equals(expected)).toBe(true);
  },
  30_000,
);

it('the order in which sources are named makes no difference', async () => {
  const found = await create('reordered', {
    change: (text) => {
      expect(reordered(text).split('./').length).toBe(text.split('./').length + 3);
      return reordered(text);
    },
  });
  expect(found.equals(expected)).toBe(true);
}, 30_000);
