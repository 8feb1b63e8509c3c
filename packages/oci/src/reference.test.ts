import { isSealiftError } from '@sealift/core/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  catalogRepository,
  formatReference,
  imageReference,
  isRepositoryName,
  isTag,
  nodeImageReference,
  packReference,
  packTag,
  parseReference,
  releaseTag,
} from './reference.ts';

const hex = 'ab'.repeat(32);

function refused(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch (error) {
    return isSealiftError(error, 'REFERENCE_INVALID');
  }
}

const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
const path = fc
  .array(
    fc.tuple(word, fc.constantFrom('.', '_', '__', '-', '--'), word).map((parts) => parts.join('')),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((parts) => parts.join('/'));
const host = fc
  .tuple(word, word, fc.option(fc.integer({ min: 1, max: 65535 })))
  .map(([a, b, port]) => `${a}.${b}${port === null ? '' : `:${port}`}`);
const tag = fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,20}$/);
const reference = fc
  .record({ host, path, tag: fc.option(tag), digest: fc.boolean() })
  .map((r) => `${r.host}/${r.path}${r.tag === null ? '' : `:${r.tag}`}${r.digest ? `@sha256:${hex}` : ''}`);

describe('parsing references', () => {
  it.each([
    ['busybox', 'docker.io/library/busybox:latest'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36'],
    ['kindest/kindnetd:v20230227-15197099', 'docker.io/kindest/kindnetd:v20230227-15197099'],
    ['docker.io/busybox', 'docker.io/library/busybox:latest'],
    ['index.docker.io/library/busybox', 'docker.io/library/busybox:latest'],
    ['localhost/a', 'localhost/a:latest'],
    ['localhost:5000/a/b:c', 'localhost:5000/a/b:c'],
    ['registry.k8s.io/pause:3.9', 'registry.k8s.io/pause:3.9'],
    [`quay.io/a/b@sha256:${hex}`, `quay.io/a/b@sha256:${hex}`],
    [`quay.io/a/b:1@sha256:${hex}`, `quay.io/a/b:1@sha256:${hex}`],
    ['[::1]:5000/a', '[::1]:5000/a:latest'],
    ['Upper/a', 'Upper/a:latest'],
  ])('reads %s as %s', (text, full) => {
    expect(formatReference(parseReference(text))).toBe(full);
  });

  it.each([
    '',
    'A',
    'a/B',
    'a//b',
    'a/../b',
    'a/b:',
    'a:b:c',
    'a@sha256:12',
    `a@sha512:${hex}`,
    'a b',
    '-a',
    'a-',
    'host.example/',
    'ho_st.example/a',
    'host.example:x/a',
    `a@sha256:${hex}@sha256:${hex}`,
    `a${'b'.repeat(300)}`,
    'a:.b',
  ])('refuses %j', (text) => {
    expect(refused(() => parseReference(text))).toBe(true);
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(reference, (text) => {
        const parsed = parseReference(text);
        expect(parseReference(formatReference(parsed))).toEqual(parsed);
      }),
    );
  });
});

describe('names in the target registry', () => {
  it('puts packs where the product looks for them', () => {
    expect(packReference('base', 'cni-calico', '3.25.1')).toEqual({
      repository: 'base/spectro-packs/archive/cni-calico',
      tag: '3.25.1',
    });
    expect(packReference('', 'vault', '0.30.0+up.1').tag).toBe('0.30.0_up.1');
  });

  it.each([
    ['base', 'docker.io/kindest/kindnetd:v1', 'base/docker.io/kindest/kindnetd', 'v1'],
    ['base', 'busybox', 'base/docker.io/library/busybox', 'latest'],
    ['', 'registry.example:5000/app:1', 'registry.example_5000/app', '1'],
    ['b/c', `quay.io/a@sha256:${hex}`, 'b/c/quay.io/a', `digest-${hex}`],
    ['b', `quay.io/a:1@sha256:${hex}`, 'b/quay.io/a', '1'],
    ['b', 'quay.io/a:1.2.3+build.4', 'b/quay.io/a', '1.2.3_build.4'],
  ])('maps %j %s to %s:%s', (base, original, repository, mappedTag) => {
    expect(imageReference(base, original)).toEqual({ repository, tag: mappedTag });
  });

  it('gives every image a legal name, and different images different ones', () => {
    fc.assert(
      fc.property(reference, reference, (a, b) => {
        const [first, second] = [imageReference('base', a), imageReference('base', b)];
        expect(isRepositoryName(first.repository) && isTag(first.tag)).toBe(true);
        const same = (text: string): string => {
          const parsed = parseReference(text);
          return `${parsed.registry}/${parsed.repository} ${parsed.tag ?? parsed.digest}`;
        };
        expect(first.repository === second.repository && first.tag === second.tag).toBe(same(a) === same(b));
      }),
    );
  });

  it('names markers and node images', () => {
    expect(catalogRepository('base')).toBe('base/sealift-catalog');
    expect(catalogRepository('')).toBe('sealift-catalog');
    expect(releaseTag('Harborview', '4.2.13')).toBe('release-harborview-4.2.13');
    expect(releaseTag('Two Words', '1.0.0+a')).toBe('release-two_words-1.0.0_a');
    expect(packTag('vault', '1.2')).toBe('pack-vault-1.2');
    expect(nodeImageReference('base', 'u-2204-0-k-12610-0.ova')).toEqual({
      repository: 'base/sealift-node-images',
      tag: 'u-2204-0-k-12610-0',
    });
  });

  it('refuses what would not be a legal name, or would leave the base', () => {
    const attempts = [
      () => packReference('base', '../other', '1'),
      () => packReference('Base', 'a', '1'),
      () => packReference('base/', 'a', '1'),
      () => packReference('base', 'a', '1/2'),
      () => packReference('base', 'a', ''),
      () => imageReference('base', '[::1]:5000/a'),
      () => imageReference('x'.repeat(250), 'a.b/c'),
      () => releaseTag('x', 'y'.repeat(130)),
    ];
    expect(attempts.map(refused)).toEqual(attempts.map(() => true));
  });
});
