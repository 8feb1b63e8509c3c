import fc from 'fast-check';
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { readAppliedValues } from '../pack/index.ts';
import { differingPaths, isSameValue, laidOver, type ValuesTree } from './chart-values.ts';
import { siteValues } from './site-values.ts';

const podNetwork = '10.0.0.0/8';
const lookup = (reference: string): string | undefined =>
  reference === '.spectro.pack.kubernetes.pack.podCIDR' ? podNetwork : undefined;

/** What a chart gets of a text. */
function sectionOf(text: string, chart: string): ValuesTree {
  const { charts } = readAppliedValues(text, lookup, 'values') as { charts?: Record<string, ValuesTree> };
  return charts?.[chart] ?? {};
}

const base = `# Pod network.
pack:
  namespace: networking

charts:
  network:
    # Bytes; 0 measures.
    mtu: 0
    pools:
      - cidr: "{{ .spectro.pack.kubernetes.pack.podCIDR }}"
        blockSize: 26
    log: Info   # or Debug
`;

describe('the values of a site out of what Helm runs', () => {
  const from = (given: ValuesTree, defaults: ValuesTree = {}): string | undefined =>
    siteValues({ base, charts: [{ chart: 'network', wanted: sectionOf(base, 'network'), given, defaults }] });

  it('are the defaults byte for byte where it runs what they say', () => {
    expect(from({ mtu: 0, pools: [{ cidr: podNetwork, blockSize: 26 }], log: 'Info' })).toBe(base);
  });

  it('have another value where it runs one, and keep comments, layout and macros elsewhere', () => {
    expect(from({ mtu: 9000, pools: [{ cidr: podNetwork, blockSize: 26 }], log: 'Info' })).toBe(
      base.replace('mtu: 0', 'mtu: 9000'),
    );
    expect(from({ mtu: 0, pools: [{ cidr: podNetwork, blockSize: 24 }], log: 'Info' })).toContain(
      'cidr: "{{ .spectro.pack.kubernetes.pack.podCIDR }}"\n        blockSize: 24\n',
    );
  });

  it('gain what its user gave besides, and take away what the defaults say and nothing runs', () => {
    const text = from({ mtu: 0, pools: [{ cidr: podNetwork, blockSize: 26 }], extra: { on: true } }) ?? '';
    expect(sectionOf(text, 'network')).toEqual({
      mtu: 0,
      pools: [{ cidr: podNetwork, blockSize: 26 }],
      extra: { on: true },
    });
    expect(text).toContain('# Bytes; 0 measures.');
  });

  it('count what the chart has by itself as said, as its user need not say it', () => {
    const defaults = { mtu: 0, pools: [{ cidr: podNetwork, blockSize: 26 }], log: 'Info', own: 1 };
    expect(from({}, defaults)).toBe(base);
    expect(from({ log: 'Debug' }, defaults)).toBe(base.replace('log: Info', 'log: Debug'));
    expect(sectionOf(from({ mtu: null, own: 2 }, defaults) ?? '', 'network')).toMatchObject({ mtu: null, own: 2 });
  });

  it('bring the very values that run to the chart, whatever these are', { timeout: 60_000 }, () => {
    const key = fc.constantFrom('a', 'b', 'c', 'toString', 'x-y', 'on', '1');
    const leaf = fc.oneof(
      fc.boolean(),
      fc.integer(),
      fc.constantFrom(
        '',
        'text',
        'true',
        '0x1f',
        '{{ .Values.x }}',
        'a: b',
        '# no comment',
        ' spaces ',
        'two\nlines\n',
      ),
      fc.constant(null),
    );
    const { tree } = fc.letrec<{ tree: Record<string, unknown>; value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        tie('tree'),
        fc.array(tie('value'), { maxLength: 3 }),
      ),
      tree: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    }));
    let made = 0;
    fc.assert(
      fc.property(tree, tree, tree, (written, given, defaults) => {
        const text = stringify({ charts: { web: written }, manifests: { kept: true } });
        const values = siteValues({ base: text, charts: [{ chart: 'web', wanted: written, given, defaults }] });
        if (values === undefined) return;
        made += 1;
        const got = sectionOf(values, 'web');
        expect(laidOver(defaults, got)).toEqual(laidOver(defaults, given));
        expect(readAppliedValues(values, lookup, 'made')['manifests']).toEqual({ kept: true });
      }),
      { numRuns: 400 },
    );
    expect(made).toBeGreaterThan(390);
  });
});

describe('values of a chart', () => {
  it('are laid over its own as helm does it', () => {
    const own = { a: 1, deep: { b: 2, c: [1, 2] }, gone: 1 };
    expect(laidOver(own, { deep: { c: [3], d: 4 }, gone: null, none: null })).toEqual({
      a: 1,
      deep: { b: 2, c: [3], d: 4 },
    });
  });

  it('are named where they differ, and never told', () => {
    const before = { a: { b: 'secret', same: 1 }, c: [1], gone: 1 };
    const after = { a: { b: 'other', same: 1 }, c: [2], new: 1 };
    expect(differingPaths(before, after)).toEqual(['a.b', 'c', 'gone', 'new']);
    expect(differingPaths(before, after, 2)).toEqual(['a.b', 'c']);
    expect(isSameValue({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
    expect(isSameValue({ toString: 1 }, { other: 1 })).toBe(false);
  });
});
