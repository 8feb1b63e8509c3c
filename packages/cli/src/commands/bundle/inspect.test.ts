import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBase } from '@sealift/bundle/base';
import { createBundle } from '@sealift/bundle/create';
import { formatPublicKey, generateKeyPair } from '@sealift/bundle/minisign';
import { writeSmallRelease } from '@sealift/testkit/small-release';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

const secretKey = generateKeyPair();
const schema = '{ "type": "object" }\n';
let folder: string;
let bundle: string;
let differential: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-cli-inspect-'));
  for (const name of ['release', 'trusted']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'trusted', 'vendor.pub'), formatPublicKey(secretKey.publicKey));
  const releaseFile = await writeSmallRelease(join(folder, 'release'));
  writeFileSync(join(folder, 'release', 'packs', 'cni-calico-3.26.1', 'values.schema.json'), schema);
  bundle = join(folder, 'airgap-v4.2.13.bin');
  await createBundle({ releaseFile, output: bundle, secretKey, executables: [] });
  await using base = await openBase(bundle, [secretKey.publicKey]);
  differential = join(folder, 'differential.bin');
  await createBundle({ releaseFile, output: differential, secretKey, executables: [], base });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `sealift bundle …` in this process. */
async function sealiftBundle(...args: readonly string[]) {
  const { context, written } = testContext({ env: { HOME: folder, SEALIFT_TRUSTED_KEYS: join(folder, 'trusted') } });
  const code = await run(['bundle', ...args], context);
  return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
}

describe('sealift bundle info, list and inspect', () => {
  it('say what a bundle is', async () => {
    const { out } = await sealiftBundle('info', bundle);
    expect(out).toContain('Identification: Harborview 4.2.13 (release)\nTarget directory: airgap-v4.2.13\n');
    expect(out).toContain(secretKey.publicKey.fingerprint);
    expect(JSON.parse((await sealiftBundle('info', bundle, '--json')).out)).toMatchObject({
      version: '4.2.13',
      targetFolder: 'airgap-v4.2.13',
      signedBy: { fingerprint: secretKey.publicKey.fingerprint },
    });
  });

  it('list what is inside by name, or its files', async () => {
    expect((await sealiftBundle('list', bundle)).out).toMatch(
      /^sha256:[0-9a-f]{64} {2}spectro-packs\/archive\/cni-calico:3\.26\.1$/m,
    );
    expect((await sealiftBundle('list', bundle, '--files')).out).toMatch(/^ +\d+ {2}index\.json$/m);
    const json = JSON.parse((await sealiftBundle('list', bundle, '--files', '--json')).out) as Record<
      string,
      unknown[]
    >;
    expect(json['entries']).toHaveLength(7);
    expect(json['files']?.[0]).toMatchObject({ path: 'oci-layout' });
  });

  it('show who signed, the release, packs and images', async () => {
    const { code, out } = await sealiftBundle('inspect', bundle);
    expect(code).toBe(0);
    expect(out).toContain('\nSignatures (2)\n  the bundle: key ID ');
    expect(out).toContain('\nReleases (1)\n  Harborview 4.2.13: Kubernetes 1.26.10, upgrades from >=4.2.0 <4.2.13\n');
    expect(out).toMatch(/\n {2}cni +cni-calico:3\.26\.1\n.* bytes, schema values\.schema\.json\n/);
    expect(out).toMatch(/\n {2}docker\.io\/library\/busybox:1\.36 {2}linux\/amd64\n/);
    expect(out).not.toContain('Needed at the target');
  });

  it('show what a differential bundle needs', async () => {
    expect((await sealiftBundle('inspect', differential)).out).toMatch(
      /\nNeeded at the target \(\d+\)\n {2}sha256:[0-9a-f]{64}, \d+ bytes, (?:packs|images): /,
    );
    const json = JSON.parse((await sealiftBundle('inspect', differential, '--json')).out) as unknown;
    expect(json).toMatchObject({ differential: { base: 'Harborview 4.2.13' }, bundle: { kind: 'release' } });
  });

  it('print the schema of a pack exactly as it is, and refuse what is not inside', async () => {
    expect(await sealiftBundle('inspect', bundle, '--schema', 'cni-calico')).toMatchObject({ code: 0, out: schema });
    for (const [option, name] of [
      ['--schema', 'nothing'],
      ['--schema', 'kubernetes'],
      ['--sbom', 'nothing'],
    ] as const) {
      const refused = await sealiftBundle('inspect', bundle, option, name);
      expect([refused.code, refused.notes]).toEqual([1, expect.stringContaining('BUNDLE_PART_UNKNOWN')]);
    }
  });

  it('refuse a bundle by a key that is not trusted', async () => {
    const other = join(folder, 'other.pub');
    writeFileSync(other, formatPublicKey(generateKeyPair().publicKey));
    for (const command of ['info', 'list', 'inspect']) {
      expect((await sealiftBundle(command, bundle, '--public-key', other)).code).toBe(2);
    }
  });
});

describe('sealift bundle extract', () => {
  it('writes a layout once everything is verified, and says where', async () => {
    const target = join(folder, 'extracted');
    const { code, out } = await sealiftBundle('extract', bundle, target, '--json');
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ folder: target, version: '4.2.13' })]);
    expect(existsSync(join(target, 'index.json'))).toBe(true);
    expect((await sealiftBundle('extract', bundle, target, '--nodiskspace')).code).toBe(0);
  });

  it('writes nothing of a bundle that is damaged', async () => {
    const bytes = readFileSync(bundle);
    const damaged = join(folder, 'damaged.bin');
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    writeFileSync(damaged, bytes);
    expect((await sealiftBundle('extract', damaged, join(folder, 'nothing'))).code).toBe(2);
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
  });
});
