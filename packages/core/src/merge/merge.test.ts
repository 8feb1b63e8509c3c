import { describe, expect, it } from 'vitest';
import { isSealiftError } from '../errors/index.ts';
import { changedPaths, merge } from './merge.ts';
import { pathText } from './path-text.ts';
import { cniDefaults, k8sDefaults } from './testing/k8s-values.ts';
import type { MergeInput } from './types.ts';

const kinds = (input: MergeInput): readonly string[] =>
  merge(input).decisions.map((decision) => `${decision.kind} ${pathText(decision.path)}`);
const three = (base: string, current: string, incoming: string) => ({ base, current, incoming });

/** The error of a merge that has to be refused: code, place and message. */
function refusal(input: MergeInput): { code: string; place: string | undefined; message: string; hint: string } {
  try {
    merge(input);
  } catch (error) {
    if (isSealiftError(error)) return error;
    throw error;
  }
  throw new Error('the merge was not refused');
}

describe('values of the k8s layer', () => {
  const current = k8sDefaults
    .replace('"192.168.0.0/16"', '"172.20.0.0/16" # the site’s network')
    .replace('10.96.0.0/12', '172.21.0.0/16')
    .replace('      profiling: "false"\n', '      profiling: "false"\n      oidc-issuer-url: https://login.example\n');
  const incoming = k8sDefaults
    .replace('coredns:v1.9.3', 'coredns:v1.10.1')
    .replace('anonymous-auth: "true"', 'anonymous-auth: "false"')
    .replace('# The CIDR of the pods', '# The network that pods get their addresses from')
    .replace('read-only-port : "0"', 'read-only-port : "0"\n    streaming-connection-idle-timeout: 5m');

  it('keep podCIDR, serviceClusterIpRange and an added flag, and take the rest', () => {
    const { clean, text } = merge(three(k8sDefaults, current, incoming));
    expect(clean).toBe(true);
    expect(text).toBe(
      incoming
        .replace('"192.168.0.0/16"', '"172.20.0.0/16" # the site’s network')
        .replace('10.96.0.0/12', '172.21.0.0/16')
        .replace(
          '      profiling: "false"\n',
          '      profiling: "false"\n      oidc-issuer-url: https://login.example\n',
        ),
    );
  });

  it('tell every path that differs, in document order', () => {
    expect(kinds(three(k8sDefaults, current, incoming))).toEqual([
      'taken-incoming pack.content.images[0].image',
      'kept-custom pack.podCIDR',
      'kept-custom pack.serviceClusterIpRange',
      'taken-incoming kubeadmconfig.apiServer.extraArgs.anonymous-auth',
      'added-by-site kubeadmconfig.apiServer.extraArgs.oidc-issuer-url',
      'added-by-release kubeadmconfig.kubeletExtraArgs.streaming-connection-idle-timeout',
    ]);
  });

  it('match volumes by name, and merge a policy file inside line by line', () => {
    const site = k8sDefaults
      .replace('hostPath: /var/log/apiserver', 'hostPath: /data/audit')
      .replace('level: Metadata', 'level: Request');
    const release = k8sDefaults
      .replace('pathType: DirectoryOrCreate', 'pathType: Directory')
      .replace('kind: Policy\n', 'kind: Policy\n        omitStages: ["RequestReceived"]\n');
    const { clean, text } = merge(three(k8sDefaults, site, release));
    expect(clean).toBe(true);
    expect(text).toContain(
      'hostPath: /data/audit\n        mountPath: /var/log/apiserver\n        pathType: Directory\n',
    );
    expect(text).toContain('omitStages: ["RequestReceived"]');
    expect(text).toContain('level: Request\n');
  });
});

describe('values of the cni layer', () => {
  it('keep an uncommented sample where the release changes its neighbours', () => {
    const current = cniDefaults.replace('# FELIX_IPV6SUPPORT', 'FELIX_IPV6SUPPORT');
    const incoming = cniDefaults.replace('IPV6: none', 'IPV6: autodetect').replace('Always\n', 'CrossSubnet\n');
    const { clean, text } = merge(three(cniDefaults, current, incoming));
    expect(clean).toBe(true);
    expect(text).toBe(incoming.replace('# FELIX_IPV6SUPPORT', 'FELIX_IPV6SUPPORT'));
  });

  it('follow a migration to a chart’s list', () => {
    const incoming = `charts:
  calico:
    installation:
      ipPools:
        - encapsulation: IPIP # was encapsulationType
          natOutgoing: Enabled
`;
    const base = 'manifests:\n  calico:\n    encapsulation: IPIP\n';
    const to = '/charts/calico/installation/ipPools/0/encapsulation';
    const migrations = [{ pack: 'cni-calico', move: { from: '/manifests/calico/encapsulation', to } }];
    const result = merge({ base, current: base.replace('IPIP', 'VXLAN'), incoming, migrations });
    expect(result.text).toBe(incoming.replace('encapsulation: IPIP', 'encapsulation: VXLAN'));
    expect(result.decisions).toMatchObject([
      {
        kind: 'moved',
        path: ['charts', 'calico', 'installation', 'ipPools', 0, 'encapsulation'],
        movedFrom: ['manifests', 'calico', 'encapsulation'],
        current: { value: 'VXLAN', range: { line: 3, start: 40, end: 45 } },
      },
    ]);
  });
});

describe('a conflict', () => {
  const input = three('a:\n  b: 1\n  c: 1\n', 'a:\n  b: 2\n  c: 1\n', 'a:\n  b: 3\n  c: 4\n');

  it('is reported at its path with three values and their places; the text holds the current value', () => {
    const { clean, text, conflicts } = merge(input);
    expect(clean).toBe(false);
    expect(text).toBe('a:\n  b: 2\n  c: 4\n');
    expect(conflicts).toMatchObject([
      {
        path: ['a', 'b'],
        base: { value: 1, range: { line: 2 } },
        current: { value: 2, source: '2', range: { start: 8, end: 9, line: 2 } },
        incoming: { value: 3 },
      },
    ]);
  });

  it.each([
    ['current', '2'],
    ['incoming', '3'],
    ['base', '1'],
  ] as const)('is settled by taking %s', (take, value) => {
    const { clean, text, decisions } = merge({ ...input, resolutions: [{ path: ['a', 'b'], take }] });
    expect(clean).toBe(true);
    expect(text).toBe(`a:\n  b: ${value}\n  c: 4\n`);
    expect(decisions).toContainEqual(expect.objectContaining({ kind: 'conflict', resolvedBy: take }));
  });

  it.each([
    ['seven', 'a:\n  b: seven\n  c: 4\n'],
    ['[x, y]', 'a:\n  b: [x, y]\n  c: 4\n'],
    ['k:\n  - v', 'a:\n  b:\n    k:\n      - v\n  c: 4\n'],
    ['|\n  line', 'a:\n  b: |\n    line\n  c: 4\n'],
  ])('is settled by the value %j', (value, text) => {
    expect(merge({ ...input, resolutions: [{ path: ['a', 'b'], value }] }).text).toBe(text);
  });

  it('is not settled by a value that is no YAML', () => {
    expect(refusal({ ...input, resolutions: [{ path: ['a', 'b'], value: '"open' }] })).toMatchObject({
      code: 'MERGE_RESOLUTION_INVALID',
    });
  });

  it('tells resolutions that name nothing', () => {
    const stray = { path: ['nowhere'], take: 'current' as const };
    expect(merge({ ...input, resolutions: [stray] }).unusedResolutions).toEqual([stray]);
  });

  it.each([
    ['a customised key that the release removed', 'a: 1\nb: 1\n', 'a: 2\nb: 1\n', 'b: 1\n', 'a'],
    [
      'a mapping that the release removed with a custom value',
      'm:\n  a: 1\nb: 1\n',
      'm:\n  a: 2\nb: 1\n',
      'b: 1\n',
      'm',
    ],
    ['a key that the site removed and the release changed', 'a: 1\nb: 1\n', 'b: 1\n', 'a: 2\nb: 1\n', 'a'],
    ['one key that both added differently', 'b: 1\n', 'a: 1\nb: 1\n', 'a: 2\nb: 1\n', 'a'],
    ['items replaced differently', 'l: [a, b]\n', 'l: [x, b]\n', 'l: [y, b]\n', 'l[0]'],
    ['an item removed and edited', 'l: [a, b]\n', 'l: [b]\n', 'l: [y, b]\n', 'l[0]'],
    ['edits of neighbouring items', 'l: [a, b]\n', 'l: [x, b]\n', 'l: [a, y]\n', 'l'],
    ['arguments of one command', 'c: [sh, -c, run a]\n', 'c: [sh, -c, run b]\n', 'c: [bash, -ec, run a]\n', 'c'],
    ['a list that the site emptied and the release added to', 'l: [a]\n', 'l: []\n', 'l: [a, b]\n', 'l'],
    ['a named list emptied and added to', 'l: [{name: a}]\n', 'l: []\n', 'l: [{name: b}]\n', 'l'],
    ['a mapping that the release emptied and the site added to', 'm: {a: 1}\n', 'm:\n  a: 1\n  b: 1\n', 'm: {}\n', 'm'],
    [
      'an item with an identity replaced differently',
      'l: [{host: a}, {host: b}]\n',
      'l: [{host: site}, {host: b}]\n',
      'l: [{host: new}, {host: b}]\n',
      'l[host=a]',
    ],
    ['one named addition in two places', 'l: [{id: a}]\n', 'l: [{id: n}, {id: a}]\n', 'l: [{id: a}, {id: n}]\n', 'l'],
    ['lists reordered differently', 'l: [a, b, c]\n', 'l: [c, a, b]\n', 'l: [b, a, c]\n', 'l'],
    ['one addition in two places', 'l: [a, b]\n', 'l: [n, a, b]\n', 'l: [a, b, n]\n', 'l'],
    ['adjacent lines of a block scalar', 's: |\n  a\n  b\n', 's: |\n  x\n  b\n', 's: |\n  a\n  y\n', 's'],
    ['folded text', 's: >\n  a\n\n  b\n\n  c\n', 's: >\n  x\n\n  b\n\n  c\n', 's: >\n  a\n\n  b\n\n  y\n', 's'],
    ['an alias whose anchor the release changed', 'a: &v 1\nb: *v\n', 'a: &v 1\nb: 5\n', 'a: &v 2\nb: *v\n', 'b'],
  ])('is %s', (_, base, current, incoming, path) => {
    expect(merge(three(base, current, incoming)).conflicts.map((conflict) => pathText(conflict.path))).toEqual([path]);
  });
});

describe('no conflict', () => {
  it.each([
    ['the same change', 'a: 1\n', 'a: 2\n', 'a: 2 # theirs\n', 'a: 2 # theirs\n'],
    ['a key removed by both', 'a: 1\nb: 1\n', 'b: 1\n', 'b: 1\n', 'b: 1\n'],
    ['a value quoted by the site', 'a: x\n', 'a: "x"\n', 'a: y\n', 'a: y\n'],
    ['quotes of the site', 'a: x\nb: 1\n', 'a: "x"\nb: 1\n', 'a: x\nb: 2\n', 'a: "x"\nb: 2\n'],
    [
      'different keys of one flow mapping',
      'a: {x: 1, y: 1}\n',
      'a: {x: 2, y: 1}\n',
      'a: {x: 1, y: 2}\n',
      'a: {x: 2, y: 2}\n',
    ],
    ['additions to an empty mapping in two styles', 'a: {}\n', 'a:\n  x: 1\n', 'a: {y: 2}\n', 'a:\n  y: 2\n  x: 1\n'],
    ['additions in one gap', 'l:\n- a\n', 'l:\n- a\n- site\n', 'l:\n- a\n- release\n', 'l:\n- a\n- release\n- site\n'],
    ['edits with an item between them', 'l: [a, b, c]\n', 'l: [x, b, c]\n', 'l: [a, b, y]\n', 'l: [x, b, y]\n'],
    ['an item removed beside one changed', 'l: [a, b, c]\n', 'l: [b, c]\n', 'l: [a, b, z]\n', 'l: [b, z]\n'],
    [
      'two items renamed, one by each side',
      'l:\n- {name: a}\n- {name: b}\n',
      'l:\n- {name: site}\n- {name: b}\n',
      'l:\n- {name: a}\n- {name: new}\n',
      'l:\n- {name: site}\n- {name: new}\n',
    ],
    [
      'an item renamed by the site before one that the release added',
      'l:\n- {name: a}\n- {name: b}\n',
      'l:\n- {name: site}\n- {name: b}\n',
      'l:\n- {name: a}\n- {name: new}\n- {name: b}\n',
      'l:\n- {name: site}\n- {name: new}\n- {name: b}\n',
    ],
    ['an order of one side', 'l: [a, b]\n', 'l: [b, a]\n', 'l: [a, b]\n', 'l: [b, a]\n'],
    ['JSON', '{"a": 1, "b": 1}\n', '{"a": 2, "b": 1}\n', '{"a": 1, "b": 3}\n', '{"a": 2, "b": 3}\n'],
    ['documents', 'a: 1\n---\nb: 1\n', 'a: 2\n---\nb: 1\n', 'a: 1\n---\nb: 3\n', 'a: 2\n---\nb: 3\n'],
    ['an empty text', '', 'a: 1\n', 'b: 1\n', 'b: 1\na: 1\n'],
    [
      'macros outside quotes',
      'a: {{ .x }}/y:{{.z}}\nb: 1\n',
      'a: {{ .q }}/y:{{.z}}\nb: 1\n',
      'a: {{ .x }}/y:{{.z}}\nb: 2\n',
      'a: {{ .q }}/y:{{.z}}\nb: 2\n',
    ],
    ['other indentation', 'a:\n  b: 1\n', 'a:\n    b: 2\n', 'a:\n  b: 1\n  c: 1\n', 'a:\n    b: 2\n    c: 1\n'],
    ['a note of the site beside a new value', 'a: 1\n', 'a: 1 # ours\n', 'a: 2\n', 'a: 2 # ours\n'],
    [
      'merge keys',
      'a: &x {p: 1}\nb:\n  <<: *x\n',
      'a: &x {p: 1}\nb:\n  <<: *x\n  q: 1\n',
      'a: &x {p: 2}\nb:\n  <<: *x\n',
      'a: &x {p: 2}\nb:\n  <<: *x\n  q: 1\n',
    ],
    [
      'a collection as key',
      'm:\n  ? [a, b]\n  : 1\n',
      'm:\n  ? [a, b]\n  : 1\n',
      'm:\n  ? [a, b]\n  : 2\n',
      'm:\n  ? [a, b]\n  : 2\n',
    ],
    [
      'an alias as key',
      'n: &k x\nm:\n  *k : 1\n  b: 1\n',
      'n: &k x\nm:\n  *k : 2\n  b: 1\n',
      'n: &k x\nm:\n  *k : 1\n  b: 3\n',
      'n: &k x\nm:\n  *k : 2\n  b: 3\n',
    ],
    ['an anchor on the document', '&x\na: 1\nb: 1\n', '&x\na: 2\nb: 1\n', '&x\na: 1\nb: 3\n', '&x\na: 2\nb: 3\n'],
    [
      'anchor and tag behind the separator',
      '# h\n--- !!map &x\na: 1\nb: 1\n',
      '# h\n--- !!map &x\na: 2\nb: 1\n',
      '# h\n--- !!map &x\na: 1\nb: 3\n',
      '# h\n--- !!map &x\na: 2\nb: 3\n',
    ],
    [
      'a tagged document in flow style',
      '!!map {a: 1, b: 1}\n',
      '!!map {a: 2, b: 1}\n',
      '!!map {a: 1, b: 3}\n',
      '!!map {a: 2, b: 3}\n',
    ],
    [
      'a block scalar that the site indented deeper',
      's: |\n  a\n\n  b\n  c\n',
      's: |\n    a\n\n    b\n    C\n',
      's: |\n  A\n\n  b\n  c\n',
      's: |\n    A\n\n    b\n    C\n',
    ],
    [
      'an empty document before another',
      '---\n---\na: 1\n',
      '---\n---\na: 1\n',
      '---\n---\na: 2\n',
      '---\n---\na: 2\n',
    ],
    ['line endings of the site', 'a: 1\nb: 1\n', 'a: 2\r\nb: 1\r\n', 'a: 1\nb: 1\nc: 1\n', 'a: 2\r\nb: 1\r\nc: 1\r\n'],
  ])('arises from %s', (_, base, current, incoming, text) => {
    const result = merge(three(base, current, incoming));
    expect(result.conflicts).toEqual([]);
    expect(result.text).toBe(text);
  });

  it('arises from a list of ports that are told apart by port and protocol', () => {
    const port = (number: number, protocol: string, name: string): string =>
      `  - containerPort: ${number}\n    protocol: ${protocol}\n    label: ${name}\n`;
    const base = `ports:\n${port(53, 'UDP', 'a')}${port(53, 'TCP', 'b')}`;
    const { clean, text } = merge(
      three(base, base.replace('label: a', 'label: x'), base.replace('label: b', 'label: y')),
    );
    expect(clean).toBe(true);
    expect(text).toBe(base.replace('label: a', 'label: x').replace('label: b', 'label: y'));
  });

  it('arises from items that a declared identity tells apart', () => {
    const base = 'l:\n  - zone: a\n    n: 1\n    m: 1\n  - zone: b\n    n: 1\n    m: 1\n';
    const input = three(base, base.replace('n: 1', 'n: 2'), base.replace('m: 1', 'm: 2'));
    expect(merge(input).conflicts.map(({ path }) => path)).toEqual([['l', 0]]);
    const result = merge({ ...input, listKeys: [{ path: 'l', keys: ['zone'] }] });
    expect(result.clean).toBe(true);
    expect(result.text).toBe(base.replace('n: 1', 'n: 2').replace('m: 1', 'm: 2'));
  });
});

describe('text that cannot be merged for certain', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [index, name] of 'bcdefgh'.split('').entries()) {
    bomb.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefg'[index] ?? 'a'}`).join(', ')}]`);
  }
  it.each([
    ['a tab as indentation', 'a:\n\tb: 1\n', 'MERGE_YAML_INVALID', 'base:2:1'],
    ['an open quote', 'a: "x\nb: 1\n', 'MERGE_YAML_INVALID', 'base:3:1'],
    ['a key written twice', 'a: 1\nb: 1\na: 2\n', 'MERGE_KEY_DUPLICATE', 'base:3:1'],
    ['a key written twice in a flow mapping', 'x: {a: 1, a: 2}\n', 'MERGE_KEY_DUPLICATE', 'base:1:11'],
    ['an alias without an anchor', 'a: *x\n', 'MERGE_YAML_INVALID', 'base:1:4'],
    ['a lone carriage return', 'a: "1\r2"\n', 'MERGE_YAML_INVALID', 'base:1:6'],
    ['a template’s control line', '{{- if .x }}\na: 1\n{{- end }}\n', 'MERGE_YAML_INVALID', 'base:1:1'],
    ['nesting in flow style', '['.repeat(10_000) + ']'.repeat(10_000), 'MERGE_TOO_DEEP', 'base:1:257'],
    ['nesting in block style', `${'- '.repeat(10_000)}x`, 'MERGE_TOO_DEEP', 'base:1:512'],
    ['an alias bomb', bomb.join('\n'), 'MERGE_ALIASES_EXPLODE', 'base:6:7'],
    ['10 MB', `a: ${'x'.repeat(10_000_000)}`, 'INPUT_TOO_LARGE', 'base'],
  ])('is refused with its place: %s', (_, base, code, place) => {
    expect(refusal(three(base, 'a: 1\n', 'a: 1\n'))).toMatchObject({ code, place });
  });

  it('is shown with a caret and the mend', () => {
    const error = refusal(three('a: 1\n', 'a:\n  b: [1, 2\nc: 3\n', 'a: 1\n'));
    expect(error.message).toMatch(/\d \| .*\n +\^/);
    expect(error.hint).not.toBe('');
  });

  it('does not repeat a secret in the message', () => {
    expect(refusal(three('a: 1\n', 'adminPassword: "hunter2\n', 'a: 1\n')).message).not.toContain('hunter2');
  });
});

describe('hostile keys', () => {
  it('are keys like any other', () => {
    const { conflicts } = merge(
      three('__proto__: {a: 1}\n', '__proto__: {a: 2}\nconstructor: 1\n', '__proto__: {a: 3}\n'),
    );
    expect(conflicts.map(({ path }) => path)).toEqual([['__proto__', 'a']]);
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });
});

describe('changedPaths', () => {
  it('lists what a site changed, added and removed', () => {
    expect(changedPaths('a: 1\nb: 1\nc: 1\n', 'a: 2\nb: 1\nd: 1\n').map(({ kind, path }) => [kind, ...path])).toEqual([
      ['kept-custom', 'a'],
      ['removed-by-site', 'c'],
      ['added-by-site', 'd'],
    ]);
  });
});

describe('pathText', () => {
  it('writes paths as people do', () => {
    expect(pathText([])).toBe('(document)');
    expect(pathText(['charts', 'calico', 'ipPools', 0, 'cidr'])).toBe('charts.calico.ipPools[0].cidr');
    expect(pathText(['containers', { name: 'app' }, 'image'])).toBe('containers[name=app].image');
    expect(pathText(['labels', 'app.kubernetes.io/name'])).toBe('labels["app.kubernetes.io/name"]');
  });
});
