import { describe, expect, it } from 'vitest';
import type { PinnedLayer } from '../planner/layer-changes.ts';
import { release } from '../planner/plan.fixture.ts';
import { differenceText } from './difference.ts';
import type { LayerEvidence } from './match-layer.ts';
import { matchRelease } from './match-release.ts';
import { rankReleases } from './rank-releases.ts';
import type { ExaminedLayer, InstalledChart, RecordedLayer, SiteSurvey } from './survey.ts';

const layers = ['k8s/kubernetes@1.36.3', 'cni/calico@3.25.1', 'addon/platform@4.2.12'];
const older = release({ version: '4.2.12', kubernetes: '1.36.3', ova: 'u-1363.ova', layers });
const newer = release({
  version: '4.2.13',
  kubernetes: '1.37.2',
  ova: 'u-1372.ova',
  layers: ['k8s/kubernetes@1.37.2', 'cni/calico@3.26.1', 'addon/platform@4.2.13'],
});
const [kubernetes, calico, platform] = older.spec.layers;
if (kubernetes === undefined || calico === undefined || platform === undefined) throw new Error('no layers');

const node = {
  name: 'cp-1',
  role: 'control-plane',
  version: '1.36.3',
  template: 'r_u-1363',
  ready: true,
  message: '',
  machine: 'cp-1',
  phase: 'Running',
  since: null,
} as const;
const running: InstalledChart = {
  namespace: 'net',
  name: 'calico',
  chart: 'calico',
  version: '3.25.1',
  status: 'deployed',
  revision: 4,
  values: { mtu: 9000 },
  defaults: { mtu: 1, log: 'Info' },
};
const site: SiteSurvey = {
  kubernetes: '1.36.3',
  nodes: [node, { ...node, name: 'worker-1', role: 'worker' }],
  layers: [],
  charts: [running],
  providers: [],
  applySets: [],
};
const template = { sha256: older.spec.nodeImage?.sha256 ?? '', kubernetes: 'v1.36.3' };
const nothing: ExaminedLayer = { charts: [], objects: 0, others: [] };
const calicoChart = { chart: 'calico', version: '3.25.1', namespace: 'net', name: 'calico', values: { mtu: 9000 } };
const manifests: ExaminedLayer = { charts: [], objects: 2, others: [] };

const common = { base: 'a: 1\n', values: 'a: 1\n', valuesHash: 'h1', given: false, recorded: undefined } as const;
const ofKubernetes: LayerEvidence = { ...common, pinned: kubernetes, given: true, examined: nothing };
const ofCalico: LayerEvidence = { ...common, pinned: calico, examined: { ...nothing, charts: [calicoChart] } };
const ofPlatform: LayerEvidence = { ...common, pinned: platform, examined: manifests };

function recordOf({ layer, pack, version, digest }: PinnedLayer): RecordedLayer {
  const object = `Secret sealift-system/layer-${layer}-${pack}`;
  return { layer, pack, version, digest, valuesHash: 'h1', values: 'a: 1\n', unfinished: false, object };
}

function match(
  changed: Partial<SiteSurvey> = {},
  evidence: readonly LayerEvidence[] = [ofKubernetes, ofCalico, ofPlatform],
  there: Parameters<typeof matchRelease>[2]['template'] = template,
) {
  return matchRelease(older, { ...site, ...changed }, { layers: evidence, template: there });
}
const texts = (...all: Parameters<typeof match>): string[] => match(...all).differences.map(differenceText);

describe('a site that runs a release', () => {
  it('has no differences, and each layer is found with where its values are known from', () => {
    const { differences, layers: found } = match();
    expect(differences).toEqual([]);
    expect(found.map(({ state, runs, valuesFrom }) => [state, runs, valuesFrom])).toEqual([
      ['found', '1.36.3', 'given'],
      ['found', '3.25.1', 'helm'],
      ['found', '4.2.12', 'cluster'],
    ]);
  });

  it('has the values that were applied where they were written down', () => {
    const evidence = [ofKubernetes, ofCalico, { ...ofPlatform, recorded: recordOf(platform) }];
    const { differences, layers: found } = match({ layers: [recordOf(platform)] }, evidence);
    expect(differences).toEqual([]);
    expect(found[2]?.valuesFrom).toBe('record');
  });

  it('may have nodes whose distribution adds to the version, and a template of which nothing more is known', () => {
    const nodes = [{ ...node, version: '1.36.3+rke2r1' }];
    expect(texts({ nodes, kubernetes: '1.36.3+rke2r1' }, undefined, { sha256: null, kubernetes: null })).toEqual([]);
  });
});

describe('what differs is named', () => {
  it('of nodes, one by one: their version, what they were made from, that there are none', () => {
    const [first, second] = site.nodes;
    if (first === undefined || second === undefined) throw new Error('no nodes');
    expect(
      texts({
        nodes: [
          { ...first, version: '1.35.9' },
          { ...second, template: '' },
        ],
      }),
    ).toEqual([
      'Node cp-1: expected Kubernetes 1.36.3 from r_u-1363, found Kubernetes 1.35.9 from r_u-1363',
      'Node worker-1: expected Kubernetes 1.36.3 from r_u-1363, found Kubernetes 1.36.3 from a template that nothing tells',
    ]);
    expect(texts({ nodes: [] })).toEqual(['the cluster: expected nodes, found none']);
    expect(texts({ kubernetes: '1.36.2' })).toEqual(['the API server: expected 1.36.3, found 1.36.2']);
  });

  it('of the template: that it is not there, or is another', () => {
    expect(texts({}, undefined, null)).toEqual(['template r_u-1363: expected in vCenter, found nothing of this name']);
    expect(texts({}, undefined, { ...template, sha256: 'f'.repeat(64) })[0]).toContain('SHA-256 ffffffffffff');
    expect(texts({}, undefined, { sha256: null, kubernetes: '1.30.1' })[0]).toContain('found Kubernetes 1.30.1');
  });

  it.each([
    ['missing', [], 'release net/calico: expected chart calico 3.25.1, found no such release', 'absent'],
    [
      'elsewhere',
      [{ ...running, namespace: 'other' }],
      'release net/calico: expected chart calico 3.25.1, found the chart elsewhere: other/calico 3.25.1',
      'absent',
    ],
    [
      'of another version',
      [{ ...running, version: '3.26.1' }],
      'release net/calico: expected chart calico 3.25.1, found chart calico 3.26.1',
      'differs',
    ],
    [
      'whose record cannot be read',
      [{ ...running, chart: '', version: '', status: 'unreadable' }],
      'release net/calico: expected chart calico 3.25.1, found revision 4, whose record cannot be read',
      'differs',
    ],
    [
      'not deployed',
      [{ ...running, status: 'pending-upgrade' }],
      'release net/calico: expected a revision that is deployed, found revision 4, which is pending-upgrade',
      'differs',
    ],
    [
      'of other values',
      [{ ...running, values: { mtu: 9000, deep: { password: 'hidden' } } }],
      'release net/calico: expected values that the pack can say, found revision 4 has others at deep',
      'differs',
    ],
  ])('of a chart: %s', (_, charts, text, state) => {
    const found = match({ charts });
    expect(found.differences.map(differenceText)).toEqual([text]);
    expect(found.layers[1]?.state).toBe(state);
    expect(JSON.stringify(found.differences)).not.toContain('hidden');
  });

  it('of a chart that Sealift applied and somebody changed since', () => {
    const evidence = [ofKubernetes, { ...ofCalico, recorded: recordOf(calico) }, ofPlatform];
    const charts = [{ ...running, values: { mtu: 1500 } }];
    expect(texts({ charts }, evidence)).toEqual([
      'release net/calico: expected the values that were applied, found revision 4 has others at mtu',
    ]);
  });

  it('of a record: another version, another build, something unfinished', () => {
    const withRecord = (changed: Partial<RecordedLayer>) => {
      const evidence = [ofKubernetes, ofCalico, { ...ofPlatform, recorded: { ...recordOf(platform), ...changed } }];
      const found = match({}, evidence);
      expect(found.differences).toHaveLength(1);
      return { text: found.differences.map(differenceText).join(), layer: found.layers[2] };
    };
    const other = withRecord({ version: '4.2.11' });
    expect(other.text).toBe('layer addon/platform: expected platform 4.2.12, found platform 4.2.11');
    expect(other.layer).toMatchObject({ state: 'differs', runs: '4.2.11' });
    expect(withRecord({ digest: `sha256:${'0'.repeat(64)}` }).text).toContain('another build of 4.2.12');
    expect(withRecord({ unfinished: true }).text).toContain('has not ended');
  });

  it('of values that nothing tells, until a person gives them', () => {
    const { differences } = match({}, [{ ...ofKubernetes, given: false }, ofCalico, ofPlatform]);
    expect(differences).toMatchObject([
      {
        what: 'values',
        object: 'layer k8s/kubernetes',
        found: 'nothing in the cluster tells them',
        remedy:
          'Give them with --values k8s/kubernetes=FILE, or --defaults k8s/kubernetes where it runs the pack’s own.',
      },
    ]);
    // There is nothing to be known of a pack without values.
    expect(
      texts({}, [{ ...ofKubernetes, given: false, base: '# none\n', values: '# none\n' }, ofCalico, ofPlatform]),
    ).toEqual([]);
  });

  it('of given values that are not those that were applied', () => {
    const recorded = { ...recordOf(platform), values: null };
    const known = [ofKubernetes, ofCalico, { ...ofPlatform, recorded }];
    expect(texts({}, known)).toEqual([
      'layer addon/platform: expected the values that the site runs, found Secret sealift-system/layer-addon-platform has their SHA-256 only',
    ]);
    expect(texts({}, [ofKubernetes, ofCalico, { ...ofPlatform, recorded, given: true }])).toEqual([]);
    const [text] = texts({}, [ofKubernetes, ofCalico, { ...ofPlatform, recorded, given: true, valuesHash: 'h2' }]);
    expect(text).toContain('expected the values that were given, SHA-256 h2');
  });

  it('of objects: those that are missing always, those that differ where nothing else tells what was applied', () => {
    const others = [
      { object: 'ConfigMap a/b', state: 'missing', detail: '' },
      { object: 'Deployment a/c', state: 'differs', detail: 'other values at .spec.replicas' },
    ] as const;
    const examined = { ...manifests, objects: 3, others };
    expect(texts({}, [ofKubernetes, ofCalico, { ...ofPlatform, examined }])).toEqual([
      'ConfigMap a/b: expected as platform 4.2.12 makes it, found nothing',
      'Deployment a/c: expected as platform 4.2.12 makes it, found other values at .spec.replicas',
    ]);
    expect(texts({}, [ofKubernetes, ofCalico, { ...ofPlatform, examined, recorded: recordOf(platform) }])).toHaveLength(
      1,
    );
    const gone = { ...manifests, objects: 1, others: others.slice(0, 1) };
    expect(match({}, [ofKubernetes, ofCalico, { ...ofPlatform, examined: gone }]).layers[2]).toMatchObject({
      state: 'absent',
      runs: null,
    });
  });

  it('of a pack that cannot be laid out with its values', () => {
    const examined = { refused: 'nothing sets .spectro.var.domain', remedy: 'Set it.' };
    expect(match({}, [ofKubernetes, ofCalico, { ...ofPlatform, examined }]).differences).toMatchObject([
      { what: 'values', found: 'nothing sets .spectro.var.domain', remedy: 'Set it.' },
    ]);
  });

  it('of layers that the release does not have', () => {
    const stranger = { ...recordOf(platform), pack: 'extra' };
    expect(texts({ layers: [stranger] })[0]).toContain(
      'layer addon/extra: expected no such layer in Harborview 4.2.12',
    );
  });

  it('of Cluster API providers that the release asks for', () => {
    const components = { pack: 'cluster-api', version: '1.0.0', digest: `sha256:${'d'.repeat(64)}` };
    const clusterApi = { core: '1.10.4', kubeadm: '1.10.4', vsphere: '1.13.1', components };
    const asking = { ...older, spec: { ...older.spec, clusterApi } };
    const providers = (['core', 'bootstrap', 'control-plane'] as const).map((name) => ({
      name,
      version: name === 'bootstrap' ? '1.9.0' : '1.10.4',
      object: 'd',
    }));
    const evidence = { layers: [ofKubernetes, ofCalico, ofPlatform], template };
    expect(matchRelease(asking, { ...site, providers }, evidence).differences.map(differenceText)).toEqual([
      'Cluster API provider bootstrap: expected 1.10.4, found 1.9.0',
      'Cluster API provider vsphere: expected 1.13.1, found none',
    ]);
    // One that names none leaves them as they are.
    expect(match({ providers }).providers.map(({ expected }) => expected)).toEqual([null, null, null]);
    expect(texts({ providers })).toEqual([]);
  });
});

describe('releases that a site may run', () => {
  const known = [newer, older].map((one) => ({ release: one }));
  const first = (survey: SiteSurvey): string | undefined => rankReleases(known, survey)[0]?.release.metadata.version;

  it('are ordered by what nodes and records say', () => {
    expect(first(site)).toBe('4.2.12');
    const nodes = site.nodes.map((one) => ({ ...one, version: '1.37.2', template: 'r_u-1372' }));
    expect(first({ ...site, nodes, kubernetes: '1.37.2' })).toBe('4.2.13');
    // Of a site between both, what was applied tells.
    const mixed = { ...site, kubernetes: '', nodes: [] };
    expect(first({ ...mixed, layers: [recordOf(calico)] })).toBe('4.2.12');
  });

  it('are tried the newest first where nothing tells them apart', () => {
    expect(first({ ...site, kubernetes: '', nodes: [] })).toBe('4.2.13');
  });
});
