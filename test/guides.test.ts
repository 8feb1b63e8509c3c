import { spawnSync } from 'node:child_process';
import { cpSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { type FileServer, startFileServer } from '@sealift/testkit/file-server';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { harborview } from '../examples/harborview/build.ts';
import { typeBlock } from './setup/guide.ts';
import { type Finished, run, sealift } from './setup/sealift.ts';

const hasJq = spawnSync('jq', ['--version']).status === 0;

/** Blocks of guides that need no site, as they are typed one after another. */
describe('guides, as they are typed', { timeout: 120_000 }, () => {
  let folder: string;
  let server: FileServer | undefined;
  let env: Readonly<Record<string, string>>;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-guides-'));
    env = {
      PATH: `${dirname(sealift)}${delimiter}${process.env['PATH'] ?? ''}`,
      HOME: folder,
      TMPDIR: folder,
      SEALIFT_TRUSTED_KEYS: join(folder, 'keys'),
    };
    mkdirSync(join(folder, 'keys'));
    cpSync(inject('built').publicKeyFile, join(folder, 'keys', 'vendor.pub'));
  });
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const types = (guide: string, words: string, instead: Readonly<Record<string, string>> = {}): Promise<Finished> =>
    typeBlock(guide, words, { env, cwd: folder, instead });
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

  it('merge: with conflicts, which are shown, settled in the file that it writes, and listed for scripts', async () => {
    put('old.yaml', 'image:\n  tag: "1.0"\nnetworking:\n  podCIDR: 192.168.0.0/16\n');
    put('site.yaml', 'image:\n  tag: "1.0"\nnetworking:\n  podCIDR: 172.20.0.0/16\n');
    put('new.yaml', 'image:\n  tag: "1.1"\n\nnetworking:\n  # Of pods.\n  podCIDR: 10.244.0.0/16\n');
    expect(
      await types('merge.md', 'sealift merge --base old.yaml --current site.yaml --incoming new.yaml -o'),
    ).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('networking.podCIDR') as unknown,
    });
    expect(read('merged.yaml')).toBe('image:\n  tag: "1.1"\n\nnetworking:\n  # Of pods.\n  podCIDR: 172.20.0.0/16\n');

    // What the guide shows of it.
    const shown = readFileSync(new URL('../docs/guides/merge.md', import.meta.url), 'utf8');
    const [, output = ''] = /^```\n(2 paths differ[^]*?)^```$/m.exec(shown) ?? [];
    const words = (text: string): string[] => text.split('\n').map((line) => line.replace(/\s+/g, ' ').trim());
    const explained = await types('merge.md', 'sealift merge explain --base');
    expect(words(explained.stdout)).toEqual(expect.arrayContaining(words(output)));

    expect((await types('merge.md', 'sealift merge explain --skeleton')).stderr).toBe('');
    put('resolutions.yaml', read('resolutions.yaml').replace(/^(\s+)(?:#\s*)?take:.*$/m, '$1take: incoming'));
    expect(
      await types('merge.md', 'sealift merge --base old.yaml --current site.yaml --incoming new.yaml --resolve'),
    ).toMatchObject({ code: 0 });
    expect(read('merged.yaml')).toBe(read('new.yaml'));
  });

  it('merge: with what the release moved', async () => {
    put('old.yaml', 'ipPool: 192.168.0.0/16\n');
    put('site.yaml', 'ipPool: 172.20.0.0/16\n');
    put('new.yaml', 'pool:\n  cidr: 192.168.0.0/16\n');
    put('release.yaml', '- move: { from: /ipPool, to: /pool/cidr }\n');
    expect(
      await types('merge.md', 'sealift merge --base old.yaml --current site.yaml --incoming new.yaml --migrations'),
    ).toMatchObject({ code: 0, stdout: 'pool:\n  cidr: 172.20.0.0/16\n' });
  });

  it.skipIf(!hasJq)('merge: in scripts (needs jq: apt-get install jq)', async () => {
    put('old.yaml', 'a: {b: 1}\n');
    put('site.yaml', 'a: {b: 2}\n');
    put('new.yaml', 'a: {b: 3}\n');
    expect(
      await types('merge.md', 'sealift merge --base old.yaml --current site.yaml --incoming new.yaml --json'),
    ).toMatchObject({ code: 0, stdout: 'a.b\n' });
  });

  it('plan a path: by the files of releases, which are looked at before they are given away', async () => {
    for (const version of ['4.2.12', '4.2.13'])
      cpSync(join(harborview, version, 'release.yaml'), join(folder, 'releases', version, 'release.yaml'));
    const { code, stdout } = await types('plan-a-path.md', 'sealift plan --releases');
    expect([code, stdout]).toEqual([0, expect.stringContaining('Harborview 4.2.12 to 4.2.13: 1 hop')]);
    expect(stdout).toContain('"findings":[]');
  });

  it('packs: one is begun and is valid as it is', async () => {
    expect(await types('packs.md', 'sealift packs create')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 packs: 0 errors, 0 warnings') as unknown,
    });
  });

  it('publish bundles, and download them by version, by address, and of a pack', async () => {
    const { bundles, secretKeyFile } = inject('built');
    const web = join(folder, 'bundles');
    mkdirSync(web);
    linkSync(new Map(bundles).get('4.2.13') ?? '', join(web, 'airgap-v4.2.13.bin'));
    cpSync(secretKeyFile, join(folder, 'vendor.key'));
    const pack = join(harborview, 'packs', 'cni-calico-3.26.1');
    const images = `oci:${join(harborview, '4.2.13', 'build', 'images')}`;
    const output = join(web, 'airgap-pack-cni-calico-3.26.1.bin');
    const of = ['--pack', pack, '--image', images, '--no-bring-sealift', '-o', output, '--key', secretKeyFile];
    expect(await run(sealift, ['bundle', 'create', ...of], { env, cwd: folder })).toMatchObject({ code: 0 });

    expect(await types('download-and-publish.md', 'sealift releases publish', { '/srv/bundles': web })).toMatchObject({
      code: 0,
    });
    server = await startFileServer(folder);
    const here = { 'https://releases.example': server.url };
    const { code, stderr } = await types('download-and-publish.md', 'sealift download 4.2.13', here);
    expect(`exit ${code}\n${stderr}`).toMatch(/^exit 0\n/);
    for (const name of ['airgap-v4.2.13.bin', 'airgap-pack-cni-calico-3.26.1.bin'])
      expect(readFileSync(join(folder, name)).equals(readFileSync(join(web, name)))).toBe(true);
  });
});
