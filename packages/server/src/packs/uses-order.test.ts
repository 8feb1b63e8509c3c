import type { PackUse } from '@sealift/core/api';
import { expect, it } from 'vitest';
import { compareCursors, inOrder } from './uses-order.ts';

const release = (version: string, product = 'Harborview'): PackUse => ({
  kind: 'release',
  product,
  release: version,
  version,
  installed: false,
});
const uses: readonly PackUse[] = [
  release('4.2.9'),
  release('4.2.10'),
  release('4.2.10', 'Another'),
  { kind: 'dependency', pack: 'shop', version: '1', type: 'required', versions: '' },
  { kind: 'dependency', pack: 'shop', version: '1', type: 'notSupported', versions: '>=3' },
  { kind: 'layer', layer: 'cni', version: '1', customised: false },
];
const named = (use: PackUse): string =>
  use.kind === 'release'
    ? `${use.product} ${use.release}`
    : use.kind === 'layer'
      ? use.layer
      : `${use.pack} ${use.type}`;

it('lists what runs first, and releases from the newest on', () => {
  expect(inOrder(uses).map(({ use }) => named(use))).toEqual([
    'cni',
    'shop required',
    'shop notSupported',
    'Another 4.2.10',
    'Harborview 4.2.10',
    'Harborview 4.2.9',
  ]);
});

it('goes on behind each of them without one left out or given twice, whatever came or went meanwhile', () => {
  const all = inOrder(uses);
  for (const { at } of all) {
    const now = inOrder([
      release('5.0.0'),
      release('1.0.0'),
      ...uses.filter((use) => named(use) !== named(all[0]?.use ?? release(''))),
    ]);
    const rest = now.filter((one) => compareCursors(one.at, at) > 0).map(({ use }) => named(use));
    const before = all.filter((one) => compareCursors(one.at, at) > 0).map(({ use }) => named(use));
    expect(rest.filter((name) => !['Harborview 5.0.0', 'Harborview 1.0.0'].includes(name))).toEqual(before);
    expect(rest).toContain('Harborview 1.0.0');
  }
});
