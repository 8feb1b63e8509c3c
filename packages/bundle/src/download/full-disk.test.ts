import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleName, publishedPlace, type PublishedPlace, rangeBytes } from './testing/published-folder.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const megabyte = 2 ** 20;

describe.skipIf(!isRoot)('a download to a full disk (needs root: a small tmpfs is mounted)', () => {
  let place: PublishedPlace;
  let disk: string;
  let output: string;

  beforeAll(async () => {
    place = await publishedPlace(3 * megabyte);
    disk = join(place.folder, 'disk');
    mkdirSync(disk);
    output = join(disk, bundleName);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
  });
  afterAll(async () => {
    await run('umount', [disk]);
    await place.close();
  });

  const asked = (): number => place.server.requests.filter(({ path }) => path === bundleName).length;

  it('is refused before a byte is fetched', async () => {
    await expect(place.fetch({ output })).rejects.toMatchObject({ code: 'DOWNLOAD_NO_ROOM', exit: 1 });
    expect(asked()).toBe(0);
  });

  it('says so where the room goes meanwhile, and goes on once there is room', async () => {
    await run('mount', ['-o', 'remount,size=6m', disk]);
    const filler = join(disk, 'filler');
    place.server.faults.intercept = async ({ path }) => {
      if (path === bundleName && asked() === 10)
        await writeFile(filler, Buffer.alloc(6 * megabyte)).catch(() => undefined);
      return undefined;
    };
    await expect(place.fetch({ output, connections: 1 })).rejects.toMatchObject({ code: 'DOWNLOAD_NO_ROOM' });
    expect(existsSync(output)).toBe(false);
    await rm(filler);
    const got = await place.fetch({ output });
    expect(got.keptBytes).toBeGreaterThanOrEqual(8 * rangeBytes);
    expect(readFileSync(output).equals(place.bytes)).toBe(true);
  });
});
