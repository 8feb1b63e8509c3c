import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PackRelease } from '../release/pack-release.ts';
import type { Release, ReleasedPack } from '../release/release.ts';
import { compareVersions } from '../version/version.ts';
import { knownPacks, outdatedPacks } from './index.ts';

const digest = (mark: string): string => `sha256:${mark.repeat(64).slice(0, 64)}`;
const pack = (name: string, version: string, mark = 'a'): ReleasedPack => ({
  name,
  version,
  layer: 'cni',
  digest: digest(mark),
  sizeBytes: 1,
});
const release = (version: string, ...packs: ReleasedPack[]): Release =>
  ({ metadata: { product: 'Harborview', version }, spec: { packs } }) as unknown as Release;
const own = (one: ReleasedPack): PackRelease => ({ pack: one }) as PackRelease;

describe('knownPacks', () => {
  it('tells of each version which bundles hold it, that of the pack alone first', () => {
    const calico = pack('cni-calico', '3.26.1');
    const known = knownPacks(
      [release('4.2.13', calico), release('4.2.12', calico, pack('cni-calico', '3.25.1'))],
      [own(calico)],
    );
    expect(known).toEqual([
      {
        name: 'cni-calico',
        versions: [
          {
            version: '3.26.1',
            digest: digest('a'),
            layer: 'cni',
            sources: [
              { kind: 'pack', product: 'cni-calico', version: '3.26.1', bundle: 'airgap-pack-cni-calico-3.26.1.bin' },
              { kind: 'release', product: 'Harborview', version: '4.2.12', bundle: 'airgap-v4.2.12.bin' },
              { kind: 'release', product: 'Harborview', version: '4.2.13', bundle: 'airgap-v4.2.13.bin' },
            ],
          },
          {
            version: '3.25.1',
            digest: digest('a'),
            layer: 'cni',
            sources: [expect.objectContaining({ version: '4.2.12' })],
          },
        ],
      },
    ]);
  });

  it('keeps builds of one version apart', () => {
    const [known] = knownPacks([release('1', pack('p', '1.0.0', 'a'))], [own(pack('p', '1.0.0', 'b'))]);
    expect(known?.versions.map((one) => one.digest)).toEqual([digest('a'), digest('b')]);
  });
});

describe('outdatedPacks', () => {
  const version = fc.constantFrom('1.0.0', 'v1.0.0', '1.0.1', '1.2.0', '1.10.0', '2.0.0-rc.1', '2.0.0', '22.04');

  it('names exactly the versions that come after the one in use', () => {
    fc.assert(
      fc.property(version, fc.uniqueArray(version), (used, versions) => {
        const known = knownPacks(
          [],
          versions.map((each) => own(pack('p', each))),
        );
        const inUse = [{ layer: 'cni' as const, pack: 'p', version: used, digest: digest('a') }];
        const newer = versions
          .filter((each) => compareVersions(each, used) > 0)
          .toSorted((a, b) => compareVersions(b, a));
        expect(outdatedPacks(inUse, known).flatMap((one) => one.newer.map((each) => each.version))).toEqual(newer);
      }),
    );
  });

  it('says nothing of packs that nobody uses, or that nothing is known of', () => {
    expect(outdatedPacks([], knownPacks([], [own(pack('p', '1'))]))).toEqual([]);
    expect(outdatedPacks([{ layer: 'cni', pack: 'q', version: '1', digest: digest('a') }], [])).toEqual([]);
  });
});
