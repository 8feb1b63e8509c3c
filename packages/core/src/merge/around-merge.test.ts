import { describe, expect, it } from 'vitest';
import { checkResult } from './check-result.ts';
import { merge } from './merge.ts';
import { enabledPresets } from './presets.ts';
import { offerResolutions, rememberResolutions } from './resolution-memory.ts';
import { passwordPaths, readSchemaNotation } from './schema-notation.ts';
import { expectMerge, judge } from './testing/reference-merge.ts';

describe('presets', () => {
  const presets = (version: string): string => `presets:
  - name: mpi-v2
    displayName: MPI Operator v2
    group: MPI
    remove: ["charts.training-operator.legacy"]
    add: |
      charts:
        training-operator:
          mpi:
            v1: {enabled: false}
            v2: {enabled: true}
          image: mpi:${version}
`;
  const values = (mark: string, mpi: string): string =>
    `# spectrocloud.com/enabled-presets: ${mark}\ncharts:\n  training-operator:\n    mpi:\n${mpi}    replicas: 1\n`;
  const off = values('MPI:mpi-v1', '      v1: {enabled: true}\n      v2: {enabled: false}\n');
  const on = values('MPI:mpi-v2', '      v1: {enabled: false}\n      v2: {enabled: true}\n');

  it('are named by the first comment', () => {
    expect(enabledPresets('# spectrocloud.com/enabled-presets: A b:c,D:e-f\na: 1\n')).toEqual([
      { group: 'A b', name: 'c' },
      { group: 'D', name: 'e-f' },
    ]);
    expect(enabledPresets('a: 1\n')).toEqual([]);
  });

  it('that a site switched on are no customisation, and bring what the new pack’s preset has', () => {
    const current = `${on.replace('replicas: 1', 'replicas: 3')}    image: mpi:1\n`;
    const incoming = off.replace('replicas: 1', 'replicas: 1\n    debug: false');
    const result = merge({ base: off, current, incoming, presets: { base: presets('1'), incoming: presets('2') } });
    expect(result.clean).toBe(true);
    expect(result.decisions.map(({ kind, path }) => [kind, path.at(-1)])).toEqual([
      ['kept-custom', 'replicas'],
      ['added-by-release', 'debug'],
      ['taken-incoming', 'image'],
    ]);
    expect(result.text).toContain('enabled-presets: MPI:mpi-v2\n');
    expect(result.text).toContain('v2: {enabled: true}');
    expect(result.text).toContain('image: mpi:2');
  });
});

describe('resolution memory', () => {
  const first = { base: 'a: 1\n', current: 'a: 2\n', incoming: 'a: 3\n' };
  const resolutions = [{ path: ['a'], take: 'current' as const }];
  const memory = rememberResolutions(merge({ ...first, resolutions }).decisions, resolutions);

  it('keeps the three values that a resolution settled', () => {
    expect(memory).toEqual([{ path: ['a'], resolution: resolutions[0], base: '1', current: '2', incoming: '3' }]);
  });

  it.each([
    ['same', first],
    ['repeated', { base: 'a: 3\n', current: 'a: 2\n', incoming: 'a: 4\n' }],
    ['path', { base: 'a: 3\n', current: 'a: 9\n', incoming: 'a: 4\n' }],
  ] as const)('offers it again (%s), and settles nothing by itself', (match, next) => {
    const { conflicts } = merge(next);
    expect(offerResolutions(conflicts, memory)).toMatchObject([{ match, resolution: resolutions[0] }]);
    expect(conflicts).toHaveLength(1);
  });

  it('offers nothing for other paths', () => {
    expect(
      offerResolutions(merge({ base: 'b: 1\n', current: 'b: 2\n', incoming: 'b: 3\n' }).conflicts, memory),
    ).toEqual([]);
  });
});

describe('the check of a result', () => {
  const rules = readSchemaNotation(`charts.app.host:
  schema: '{{ required | format "\${string}" | hints "Name | of the host" }}'
charts.app.mode:
  schema: '{{ format "\${list:[fast,safe]}" }}'
charts.app.token:
  schema: '{{ format "\${password}" }}'
charts.app.workers:
  schema: '{{ format "\${number}" }}'
charts.app.id:
  schema: '{{ readonly }}'
`);

  it('reads the schema notation', () => {
    expect(rules[0]).toEqual({
      path: 'charts.app.host',
      required: true,
      readonly: false,
      format: 'string',
      hint: 'Name | of the host',
    });
    expect(passwordPaths(rules)).toEqual(['charts.app.token']);
  });

  it('tells what is required, of another format, or not to be changed, with its line', () => {
    const text = 'charts:\n  app:\n    host: ""\n    mode: slow\n    workers: many\n    id: 2\n';
    const incoming = 'charts:\n  app:\n    host: ""\n    mode: fast\n    workers: 1\n    id: 1\n';
    expect(checkResult({ text, incoming, rules }).map(({ kind, path, line }) => [kind, path, line])).toEqual([
      ['required', 'charts.app.host', 3],
      ['format', 'charts.app.mode', 4],
      ['format', 'charts.app.workers', 5],
      ['readonly', 'charts.app.id', 6],
    ]);
    expect(checkResult({ text: incoming.replace('""', 'h'), incoming, rules })).toEqual([]);
  });

  it('tells broken YAML with its line', () => {
    expect(checkResult({ text: 'a: 1\nb: [\n' })).toMatchObject([{ kind: 'yaml', line: expect.any(Number) as number }]);
  });

  it('tells macros that refer to nothing, unless they have a default', () => {
    const text =
      'a: "{{ .spectro.var.known }}"\nb: {{ .spectro.var.lost }}\nc: "{{ .spectro.var.lost | default 1 }}"\n# {{ .spectro.var.no }}\n';
    const knows = (reference: string): boolean => reference === '.spectro.var.known';
    expect(checkResult({ text, knows })).toMatchObject([{ kind: 'macro', path: 'b', line: 2 }]);
  });

  it('asks a validator that the caller brings', () => {
    const validate = () => [{ path: ['a', 'b'], message: 'must be a number' }];
    expect(checkResult({ text: 'a:\n  b: x\n', validate })).toEqual([
      { kind: 'schema', path: 'a.b', line: 2, message: 'must be a number' },
    ]);
  });
});

describe('the reference that tests judge by', () => {
  const judged = (merged: unknown, conflicts: (string | number)[][] = []): readonly string[] =>
    judge(
      expectMerge({ a: 1, b: 1, l: ['x'] }, { a: 2, b: 2, l: ['x', 's'] }, { a: 1, b: 3, l: ['x', 'r'] }),
      merged,
      conflicts,
    );

  it('finds no fault with a right merge', () => {
    expect(judged({ a: 2, b: 2, l: ['x', 'r', 's'] }, [['b']])).toEqual([]);
  });

  it.each([
    ['a lost customisation', { a: 1, b: 2, l: ['x', 'r', 's'] }, [['b']]],
    ['a missed conflict', { a: 2, b: 2, l: ['x', 'r', 's'] }, []],
    ['a false conflict', { a: 2, b: 2, l: ['x', 'r', 's'] }, [['b'], ['a']]],
    ['a lost item', { a: 2, b: 2, l: ['x', 'r'] }, [['b']]],
  ])('finds %s', (_, merged, conflicts) => {
    expect(judged(merged, conflicts)).toHaveLength(1);
  });
});
