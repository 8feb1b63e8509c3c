import { describe, expect, it } from 'vitest';
import { digestOf, release } from './plan.fixture.ts';
import { availableUpdateSchema, listUpdates, recommendUpdate } from './updates.ts';

const installed = release({ version: '4.2.12', kubernetes: '1.26.8', ova: 'u-2204-0-k-1268-0.ova' });
const catalogue = [
  installed,
  release({ version: '4.2.9', kubernetes: '1.26.8', from: ['>=4.2.0'] }),
  release({ version: '4.2.13', kubernetes: '1.26.10', ova: 'u-2204-0-k-12610-0.ova', from: ['>=4.2.0 <4.2.13'] }),
  release({
    version: '4.2.14',
    kubernetes: '1.26.10',
    ova: 'u-2204-0-k-12610-0.ova',
    from: [{ range: '>=4.2.0', risk: 'SlowDisks' }],
  }),
  release({ version: '4.10.0', kubernetes: '1.28.1', ova: 'x.ova', from: ['>=4.2.0'] }),
  release({ product: 'Other', version: '9.0.0', kubernetes: '1.26.8', from: ['>=4.2.0'] }),
].map((each) => ({ release: each, digest: digestOf(each.metadata.version) }));

describe('listUpdates', () => {
  it('lists newer releases of the product, newest first, with the reason of each refusal', () => {
    const updates = listUpdates({ installed, catalogue });
    expect(updates.map(({ version, legal }) => [version, legal])).toEqual([
      ['4.10.0', false],
      ['4.2.14', true],
      ['4.2.13', true],
    ]);
    expect(updates[0]?.reason).toContain('Kubernetes 1.27');
    expect(updates[1]?.risk?.name).toBe('SlowDisks');
    expect(updates[2]?.nodeImage).toMatchObject({ needed: true, template: 'r_u-2204-0-k-12610-0' });
    expect(updates[2]).toMatchObject({ notes: null, layers: [] });
    for (const update of updates) expect(availableUpdateSchema.parse(update)).toEqual(update);
  });
});

it('tells what a release changes and what its vendor says of it', () => {
  const layer = (pack: string, version: string) => ({
    layer: 'addon' as const,
    pack,
    version,
    digest: digestOf(pack + version),
  });
  const from = {
    ...installed,
    spec: { ...installed.spec, layers: [layer('a', '1.0.0'), layer('b', '1.0.0'), layer('c', '1.0.0')] },
  };
  const target = release({ version: '4.2.13', kubernetes: '1.26.8', from: ['>=4.2.0 <4.2.13'] });
  const layers = [layer('a', '1.0.0'), layer('b', '1.1.0'), layer('d', '2.0.0')];
  const to = { ...target, spec: { ...target.spec, notes: 'Read me.', layers } };
  const [update] = listUpdates({ installed: from, catalogue: [{ release: to, digest: digestOf('to') }] });
  expect(update).toMatchObject({
    notes: 'Read me.',
    layers: [
      { pack: 'b', from: '1.0.0', to: '1.1.0' },
      { pack: 'd', from: null, to: '2.0.0' },
      { pack: 'c', from: '1.0.0', to: null },
    ],
  });
});

describe('recommendUpdate', () => {
  const updates = listUpdates({ installed, catalogue });

  it('takes the newest legal one without a risk', () => {
    expect(recommendUpdate(updates)?.version).toBe('4.2.13');
  });

  it('takes a risky one where there is no other, and never a refused one', () => {
    expect(recommendUpdate(updates.filter(({ version }) => version !== '4.2.13'))?.version).toBe('4.2.14');
    expect(recommendUpdate(updates.filter(({ legal }) => !legal))).toBeUndefined();
    expect(recommendUpdate([])).toBeUndefined();
  });
});
