import { digestOf } from '@sealift/oci/digest';
import { describe, expect, it } from 'vitest';
import type { PlacedBlob } from '../differential/section.ts';
import type { PublishedBundle } from '../published/index-format.ts';
import { bundlesOf, judge } from './choose-bundle.ts';

const bundle = (name: string, more: Partial<PublishedBundle> = {}): PublishedBundle => ({
  name,
  kind: 'release',
  product: 'Harborview',
  version: '4.2.13',
  sizeBytes: 10,
  description: { sha256: '0'.repeat(64), sizeBytes: 1 },
  ...more,
});
const index = (...bundles: PublishedBundle[]) => ({
  kind: 'sealift-releases' as const,
  formatVersion: 1 as const,
  serial: 1,
  url: 'https://vendor.example/sealift-releases.json',
  bundles,
});
const blob = (name: string, repository = 'images/a'): PlacedBlob => ({
  digest: digestOf(name),
  size: 1,
  registry: 'images',
  repository,
});
const wanted = { kind: 'release', version: '4.2.13' } as const;

describe('bundlesOf', () => {
  it('tells the full bundle from differential ones, and releases from packs', () => {
    const full = bundle('full.bin');
    const differential = bundle('d.bin', { base: 'Harborview 4.2.12' });
    const pack = bundle('p.bin', { kind: 'pack', product: 'cni-calico' });
    const found = bundlesOf(index(full, differential, pack, bundle('o.bin', { version: '4.2.12' })), wanted);
    expect(found).toEqual({ full, differentials: [differential] });
    expect(bundlesOf(index(full, pack), { kind: 'pack', version: '4.2.13', product: 'cni-calico' }).full).toBe(pack);
  });

  it('says what there is where there is no such version', () => {
    const only = index(bundle('o.bin', { version: '4.2.12' }));
    expect(() => bundlesOf(only, wanted)).toThrow(/no release 4\.2\.13; it has Harborview 4\.2\.12/);
    expect(() => bundlesOf(only, { ...wanted, kind: 'pack', product: 'x' })).toThrow(/no pack of x at all/);
  });

  it('names those between which a person has to choose', () => {
    const two = index(bundle('a.bin'), bundle('b.bin', { product: 'Lighthouse' }));
    expect(() => bundlesOf(two, wanted)).toThrow(/a\.bin, b\.bin/);
    expect(bundlesOf(two, { ...wanted, product: 'Lighthouse' }).full?.name).toBe('b.bin');
    expect(() => bundlesOf(index(bundle('a.bin'), bundle('b.bin')), wanted)).toThrow(/more than one/);
  });
});

describe('judge', () => {
  const differential = bundle('d.bin', { base: 'Harborview 4.2.12' });
  const site = (...blobs: PlacedBlob[]) => ({ kind: 'blobs', label: 'the site', blobs }) as const;

  it('takes a differential bundle only where each blob is in the repository that it is taken from', () => {
    const needs = [blob('a'), blob('b')];
    expect(judge(differential, needs, site(...needs, blob('c'))).fits).toBe(true);
    expect(judge(differential, needs, site(blob('a'), blob('b', 'images/other')))).toEqual({
      name: 'd.bin',
      fits: false,
      reason: 'it builds on Harborview 4.2.12, and of 2 blobs of it the site lacks 1',
    });
  });

  it('takes the word of a person for the version alone that it builds on', () => {
    expect(judge(differential, [], { kind: 'word', base: '4.2.12' }).fits).toBe(true);
    expect(judge(differential, [], { kind: 'word', base: '4.2.1' }).fits).toBe(false);
  });
});
