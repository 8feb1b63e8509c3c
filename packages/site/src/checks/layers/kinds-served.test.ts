import type { KubeObject } from '@sealift/kubernetes/object';
import type { ServedApi } from '@sealift/kubernetes/served-api';
import { describe, expect, it } from 'vitest';
import type { RenderedLayer } from './in-namespaces.ts';
import { unservedKinds } from './kinds-served.ts';

const resource = (group: string, version: string, kind: string) => ({
  group,
  version,
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced: true,
  verbs: ['get'],
});
const served: ServedApi = {
  resources: [
    resource('', 'v1', 'ConfigMap'),
    resource('resource.k8s.io', 'v1', 'DeviceClass'),
    resource('harbor.example.com', 'v1', 'Crane'),
    resource('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition'),
    resource('apiregistration.k8s.io', 'v1', 'APIService'),
  ],
  versions: new Map([
    ['', ['v1']],
    ['resource.k8s.io', ['v1']],
    ['harbor.example.com', ['v1']],
  ]),
  unanswered: ['metrics.k8s.io/v1beta1'],
};
const object = (apiVersion: string, kind: string, name = 'one'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name },
});
const definition = (kind: string, ...versions: string[]): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind.toLowerCase()}s.harbor.example.com` },
  spec: {
    group: 'harbor.example.com',
    names: { kind },
    versions: versions.map((name, at) => ({ name, served: !name.endsWith('old'), storage: at === 0 })),
  },
});
const layer = (pack: string, ...objects: KubeObject[]): RenderedLayer => ({
  layer: {
    layer: 'addon',
    pack,
    version: '1.0.0',
    digest: `sha256:${'a'.repeat(64)}`,
    values: '',
    valuesHash: '',
    profile: new Map(),
    release: '',
  },
  objects,
});
const same = { now: 37, next: 37 };
const look = (layers: readonly RenderedLayer[], minors = same) => unservedKinds(layers, served, minors);
const nothing = { sure: [], unserved: [], ofNext: [], unanswered: [] };

describe('kinds of what layers bring', () => {
  it('are served by the cluster, or defined by the same layer or one before it', () => {
    const berth = object('harbor.example.com/v1', 'Berth');
    expect(look([layer('a', object('v1', 'ConfigMap'), object('harbor.example.com/v1', 'Crane'))])).toMatchObject(
      nothing,
    );
    expect(look([layer('a', berth, definition('Berth', 'v1'))])).toMatchObject(nothing);
    expect(look([layer('a', definition('Berth', 'v1')), layer('b', berth)])).toMatchObject(nothing);
  });

  it('are told with the first object, its layer and how many there are, where nobody serves them', () => {
    const berths = ['one', 'two', 'three'].map((name) => object('harbor.example.com/v1', 'Berth', name));
    const { unserved, sure } = look([layer('a', ...berths)]);
    expect(sure).toEqual([]);
    expect(unserved).toMatchObject([
      {
        place: 'addon/a: Berth.harbor.example.com one (and 2 more of its kind)',
        text: 'the cluster serves no Berth of harbor.example.com/v1, though others of harbor.example.com, and no layer up to it brings its definition',
        remedy: expect.stringContaining('Install what defines the kind'),
      },
    ]);
  });

  it('say which versions are served, of the cluster and of a definition that comes', () => {
    const crane = object('harbor.example.com/v2', 'Crane');
    expect(look([layer('a', crane)]).unserved).toMatchObject([
      { text: expect.stringContaining(', only of v1,'), remedy: expect.stringContaining('a pack that uses v1') },
    ]);
    // What comes counts, not what is there now: v1 is dropped.
    const dropping = look([
      layer('a', definition('Crane', 'v2', 'v1old')),
      layer('b', object('harbor.example.com/v1', 'Crane')),
    ]);
    expect(dropping).toMatchObject({ unserved: [], sure: [{ place: expect.stringContaining('addon/b: ') }] });
    expect(dropping.sure[0]?.text).toContain('that addon/a brings serves it in v2 alone');
  });

  it('are named where their definition comes later', () => {
    const { sure } = look([
      layer('a', object('harbor.example.com/v1', 'Berth')),
      layer('b', definition('Berth', 'v1')),
    ]);
    expect(sure).toMatchObject([
      {
        place: 'addon/a: Berth.harbor.example.com one',
        text: expect.stringContaining('comes later, with addon/b'),
        remedy: expect.stringContaining('berths.harbor.example.com'),
      },
    ]);
    // The cluster serves it meanwhile.
    expect(
      look([layer('a', object('harbor.example.com/v1', 'Crane')), layer('b', definition('Crane', 'v1'))]),
    ).toMatchObject(nothing);
  });

  it('are not known of the next minor of Kubernetes, which may serve more; others are no part of it', () => {
    const next = { now: 36, next: 37 };
    const slice = object('resource.k8s.io/v9', 'DeviceClass');
    expect(look([layer('a', slice)], next)).toMatchObject({
      unserved: [],
      ofNext: [{ text: expect.stringContaining('only of v1') }],
    });
    expect(look([layer('a', slice)])).toMatchObject({ unserved: [{}], ofNext: [] });
    const route = object('gateway.networking.k8s.io/v1', 'HTTPRoute');
    expect(look([layer('a', route)], next)).toMatchObject({ unserved: [{}], ofNext: [] });
  });

  it('leave to another check what a Kubernetes removes', () => {
    expect(look([layer('a', object('policy/v1beta1', 'PodSecurityPolicy'))])).toMatchObject(nothing);
  });

  it('are unknown where what serves them does not answer', () => {
    expect(look([layer('a', object('metrics.k8s.io/v1beta1', 'PodMetrics'))])).toMatchObject({
      ...nothing,
      unanswered: [{ text: expect.stringContaining('does not answer') }],
    });
  });

  it('may be those of a server that a layer registers', () => {
    const registration = {
      ...object('apiregistration.k8s.io/v1', 'APIService'),
      spec: { group: 'tide.example.com', version: 'v1' },
    };
    const tide = object('tide.example.com/v1', 'Tide');
    expect(look([layer('a', registration), layer('b', tide)])).toMatchObject(nothing);
    expect(look([layer('b', tide), layer('a', registration)]).unserved).toHaveLength(1);
  });

  it('are not defined by a definition that cannot be read', () => {
    const broken: KubeObject = { ...definition('Berth', 'v1'), spec: { group: 1 } };
    expect(look([layer('a', broken, object('harbor.example.com/v1', 'Berth'))]).unserved).toHaveLength(1);
  });
});
