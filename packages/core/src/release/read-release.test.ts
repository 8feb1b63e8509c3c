import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSealiftError, type SealiftError } from '../errors/sealift-error.ts';
import { parseRelease, parseReleaseFile } from './read-release.ts';
import { templateName } from './template-name.ts';

const file = `apiVersion: sealift.dev/v1
kind: Release
metadata: { product: Harborview, version: 4.2.13 }
spec:
  upgradesFrom:
    - { range: ">=4.2.0 <4.2.13" }
    - { range: "4.1.12", risk: { name: ClusterIdNotUnique, severity: high, text: Shared volumes., check: cns-cluster-id } }
  kubernetes: { version: 1.26.10, supported: ">=1.26 <1.28" }
  nodeImage: { ova: u-2204-0-k-12610-0.ova, os: ubuntu-22.04, kubernetes: 1.26.10 }
  layers:
    - { layer: os,  pack: ubuntu-vsphere, version: "22.04" }
    - { layer: k8s, pack: kubernetes, version: 1.26.10 }
    - { layer: cni, pack: cni-calico, version: 3.26.1 }
    - { layer: addon, pack: platform, version: 4.2.13 }
  migrations:
    - { pack: cni-calico, move: { from: /manifests/calico/ipPool, to: /charts/calico/installation/ipPools/0/cidr } }
  steps: { layer-addon-platform: { rollback: one-way } }
  content: { packs: [ ./packs/* ] }
`;
const hex = (digit: string): string => digit.repeat(64);

function refusalOf(read: () => unknown): SealiftError {
  try {
    read();
  } catch (error) {
    if (isSealiftError(error, 'RELEASE_INVALID')) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

function released(): Record<string, unknown> & { spec: Record<string, unknown> } {
  const packs = [
    { name: 'kubernetes', version: '1.26.10', layer: 'k8s', digest: `sha256:${hex('a')}`, sizeBytes: 10 },
    { name: 'platform', version: '4.2.13', layer: 'addon', digest: `sha256:${hex('b')}`, sizeBytes: 10 },
  ];
  return {
    apiVersion: 'sealift.dev/v1',
    kind: 'Release',
    metadata: { product: 'Harborview', version: '4.2.13' },
    spec: {
      kubernetes: { version: '1.26.10', supported: '>=1.26 <1.28' },
      layers: packs.map(({ name, version, layer, digest }) => ({ layer, pack: name, version, digest })),
      packs,
      images: [],
    },
  };
}

describe('parseReleaseFile', () => {
  it('reads a release and fills in what may be left out', () => {
    const release = parseReleaseFile(file, 'release.yaml');
    expect(release.metadata).toEqual({ product: 'Harborview', version: '4.2.13' });
    expect(release.spec.required).toBe(false);
    expect(release.spec.content).toEqual({
      elsewhere: [],
      intermediateNodeImages: [],
      packs: ['./packs/*'],
      images: [],
      tools: [],
    });
    expect(release.spec.upgradesFrom[1]?.risk?.name).toBe('ClusterIdNotUnique');
  });

  it.each([
    ['an unknown field', 'required: true', 'requird: true', /^release\.yaml:5:3#\/spec$/, 'requird'],
    ['a missing field', 'kind: Release\n', '', /^release\.yaml:1:1#\/kind$/, 'missing'],
    ['a version read as a number', '"22.04"', '22.04', /^release\.yaml:11:52#\/spec\/layers\/0\/version$/, 'quotes'],
    [
      'an image of other Kubernetes',
      '04, kubernetes: 1.26.10',
      '04, kubernetes: 1.26.8',
      /nodeImage\/kubernetes$/,
      '1.26.8',
    ],
    [
      'a k8s layer of other Kubernetes',
      'kubernetes, version: 1.26.10',
      'kubernetes, version: 1.26.8',
      /layers\/1\/version$/,
      '1.26.8',
    ],
    ['unsupported Kubernetes', '>=1.26 <1.28', '>=1.27 <1.28', /kubernetes\/supported$/, '1.26.10'],
    ['a range that is none', '>=4.2.0 <4.2.13', '^4.2.0', /upgradesFrom\/0\/range$/, '\\^4.2.0'],
    ['a pack twice', 'pack: platform,', 'pack: cni-calico,', /layers\/3\/pack$/, 'two layers'],
    ['two layers of one kind', 'layer: addon', 'layer: cni', /layers\/3\/layer$/, 'two cni'],
    ['layers out of order', 'layer: addon', 'layer: kernel', /layers\/3\/layer$/, 'order'],
    [
      'a migration of an absent pack',
      '- { pack: cni-calico, move',
      '- { pack: cni-cilium, move',
      /migrations\/0\/pack$/,
      'cni-cilium',
    ],
    [
      'a migration path with dots',
      '/manifests/calico/ipPool',
      'manifests.calico.ipPool',
      /migrations\/0\/move\/from$/,
      'Pointer',
    ],
    ['an OVA that is a path', 'ova: u-', 'ova: ../u-', /nodeImage\/ova$/, 'file name'],
    [
      'a step setting that does not exist',
      'rollback: one-way',
      'rollback: never',
      /steps\/layer-addon-platform\/rollback$/,
      'one-way',
    ],
    ['a key twice', 'kind: Release\n', 'kind: Release\nkind: Release\n', /^release\.yaml:3:1$/, 'twice'],
    ['no YAML', 'spec:', 'spec: [', /^release\.yaml:\d+:\d+$/, 'YAML'],
  ])('refuses %s with the line and the reason', (_, from, to, place, reason) => {
    const changed = file.includes(from) ? file.replace(from, to) : file.replace('spec:\n', `spec:\n  ${to}\n`);
    expect(changed).not.toBe(file);
    const error = refusalOf(() => parseReleaseFile(changed, 'release.yaml'));
    expect(error.place).toMatch(place);
    expect(error.message).toMatch(new RegExp(reason));
  });

  describe('with node images of the minors between', () => {
    const withBetween = (...images: readonly { readonly ova: string; readonly kubernetes: string }[]) => {
      const list = images.map(({ ova, kubernetes }) => `{ ova: ${ova}, os: u, kubernetes: ${kubernetes} }`);
      return file.replace('spec:\n', `spec:\n  intermediateNodeImages: [${list.join(', ')}]\n`);
    };

    it('reads them', () => {
      const images = [
        { ova: 'a.ova', kubernetes: '1.24.4' },
        { ova: 'b.ova', kubernetes: '1.25.9' },
      ];
      const { spec } = parseReleaseFile(withBetween(...images), 'release.yaml');
      expect(spec.intermediateNodeImages).toMatchObject(images);
    });

    it.each([
      [
        'of one minor',
        [
          { ova: 'a.ova', kubernetes: '1.25.1' },
          { ova: 'b.ova', kubernetes: '1.25.9' },
        ],
        /0\/kubernetes$/,
      ],
      [
        'newest first',
        [
          { ova: 'a.ova', kubernetes: '1.25.1' },
          { ova: 'b.ova', kubernetes: '1.24.9' },
        ],
        /0\/kubernetes$/,
      ],
      ['of the minor of the release', [{ ova: 'a.ova', kubernetes: '1.26.1' }], /0\/kubernetes$/],
      ['of one name', [{ ova: 'u-2204-0-k-12610-0.ova', kubernetes: '1.25.1' }], /0\/ova$/],
      ['that are none', [], /intermediateNodeImages$/],
    ])('refuses some %s', (_, images, place) => {
      const error = refusalOf(() => parseReleaseFile(withBetween(...images), 'release.yaml'));
      expect(error.place).toMatch(place);
    });

    it('refuses some that lead to none', () => {
      const text = withBetween({ ova: 'a.ova', kubernetes: '1.25.1' }).replace(/\n {2}nodeImage: .*\n/, '\n');
      const error = refusalOf(() => parseReleaseFile(text, 'release.yaml'));
      expect(error.place).toMatch(/intermediateNodeImages$/);
    });
  });

  it('answers or refuses any change of one character, and never fails otherwise', { timeout: 30_000 }, () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.string({ unit: 'binary', maxLength: 2 }), (at, text) => {
        try {
          parseReleaseFile(file.slice(0, at) + text + file.slice(at + 1), 'release.yaml');
        } catch (error) {
          return isSealiftError(error, 'RELEASE_INVALID') && error.place !== undefined;
        }
        return true;
      }),
      { numRuns: 500 },
    );
  });

  it.each(['4.2.12', '4.2.13'])('accepts the example release %s', (version) => {
    const example = new URL(`../../../../examples/harborview/${version}/release.yaml`, import.meta.url);
    expect(parseReleaseFile(readFileSync(example, 'utf8'), 'release.yaml').metadata.version).toBe(version);
  });
});

describe('parseReleaseFile, where it need not be strict', () => {
  it('lets a distribution add to the Kubernetes version of its pack', () => {
    const rke2 = file.replace('pack: kubernetes, version: 1.26.10', 'pack: kubernetes-rke2, version: 1.26.10-rke2r1');
    expect(parseReleaseFile(rke2, 'release.yaml').spec.layers[1]?.version).toBe('1.26.10-rke2r1');
  });
});

describe('parseRelease', () => {
  it('reads a released artifact', () => {
    expect(parseRelease(JSON.stringify(released()), 'release.json').spec.layers).toHaveLength(2);
  });

  it('refuses a layer that is not pinned as its pack is', () => {
    const other = released();
    other.spec['packs'] = [
      { name: 'kubernetes', version: '1.26.10', layer: 'k8s', digest: `sha256:${hex('c')}`, sizeBytes: 1 },
    ];
    const error = refusalOf(() => parseRelease(JSON.stringify(other), 'release.json'));
    expect(error.place).toBe('release.json#/spec/layers/0');
    expect(error.message).toContain('another digest');
    other.spec['packs'] = [];
    expect(refusalOf(() => parseRelease(JSON.stringify(other), 'release.json')).message).toContain('does not hold');
  });

  it('refuses providers whose components are not pinned as their pack is, or are a layer', () => {
    const components = { pack: 'cluster-api', version: '1.10.4', digest: `sha256:${hex('d')}` };
    const withProviders = (change: object, digest = components.digest) => {
      const release = released();
      const packs = [{ name: 'cluster-api', version: '1.10.4', layer: 'addon', digest, sizeBytes: 1 }];
      release.spec['packs'] = [...(release.spec['packs'] as object[]), ...packs];
      const versions = { core: '1.10.4', kubeadm: '1.10.4', vsphere: '1.13.1' };
      release.spec['clusterApi'] = { ...versions, components: { ...components, ...change } };
      return () => parseRelease(JSON.stringify(release), 'release.json');
    };
    expect(withProviders({})().spec.clusterApi?.components).toEqual(components);
    expect(refusalOf(withProviders({ version: '1.10.5' }))).toMatchObject({
      place: 'release.json#/spec/clusterApi/components',
      message: expect.stringContaining('does not hold cluster-api 1.10.5'),
    });
    expect(refusalOf(withProviders({}, `sha256:${hex('e')}`)).message).toContain('another digest');
    const layer = { pack: 'platform', version: '4.2.13', digest: `sha256:${hex('b')}` };
    expect(refusalOf(withProviders(layer)).message).toContain('platform is a layer too');
  });

  it('refuses a digest that is none', () => {
    const other = JSON.stringify(released()).replace(`sha256:${hex('a')}`, 'latest');
    expect(refusalOf(() => parseRelease(other, 'release.json')).place).toBe('release.json#/spec/layers/0/digest');
  });
});

describe('templateName', () => {
  it('prefixes r_ and leaves out the extension', () => {
    expect(templateName('u-2204-0-k-12610-0.ova')).toBe('r_u-2204-0-k-12610-0');
  });
});
