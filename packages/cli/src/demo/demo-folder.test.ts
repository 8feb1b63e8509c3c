import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { demoEnvironment, takeDemoFolder } from './demo-folder.ts';

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'sealift-demo-folder-'));
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

describe('the demo folder', () => {
  it('is made when it is missing', async () => {
    const folder = await takeDemoFolder(join(scratch, 'a', 'demo'));
    expect((await readdir(folder.path)).sort()).toEqual([
      '.sealift-demo.json',
      'console',
      'home',
      'simulator',
      'tmp',
      'vendor',
    ]);
  });

  it('is emptied when an earlier demo left it, except for the cache', async () => {
    const folder = await takeDemoFolder(scratch);
    await writeFile(join(folder.console, 'database'), 'old');
    await mkdir(join(folder.path, 'cache'));
    await writeFile(join(folder.path, 'cache', 'blob'), 'kept');
    await takeDemoFolder(scratch);
    expect(await readdir(folder.console)).toEqual([]);
    expect(await readFile(join(folder.path, 'cache', 'blob'), 'utf8')).toBe('kept');
  });

  it.each([
    ['without a marker', 'notes.txt', 'mine'],
    ['with a file that only has the name of the marker', '.sealift-demo.json', '{"kind":"other"}'],
  ])('is refused and left alone when it holds something %s', async (_what, name, content) => {
    await writeFile(join(scratch, name), content);
    await expect(takeDemoFolder(scratch)).rejects.toMatchObject({ code: 'DEMO_FOLDER_FOREIGN' });
    expect(await readdir(scratch)).toEqual([name]);
  });

  it('is refused while another demo runs in it', async () => {
    await writeFile(join(scratch, '.sealift-demo.json'), JSON.stringify({ kind: 'sealift-demo', pid: process.ppid }));
    await expect(takeDemoFolder(scratch)).rejects.toMatchObject({ code: 'DEMO_RUNNING' });
  });

  it('gives processes an environment that points nowhere else', async () => {
    const folder = await takeDemoFolder(scratch);
    const env = demoEnvironment(folder, {
      PATH: '/bin',
      HOME: '/home/me',
      SEALIFT_URL: 'https://real.example',
      SEALIFT_TOKEN: 'real',
      DATABASE_URL: 'postgres://real',
      OCI_PACK_REGISTRY: 'real.example',
      DOCKER_CONFIG: '/home/me/.docker',
    });
    expect(env['PATH']).toBe('/bin');
    for (const [name, value] of Object.entries(env)) if (name !== 'PATH') expect(value).toContain(scratch);
  });
});
