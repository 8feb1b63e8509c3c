import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubernetesClient, objectPath } from '@sealift/kubernetes/client';
import { validCertificate } from '@sealift/testkit/certificates';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rehearsal, type RehearsalOptions, rehearse } from './rehearse.ts';
import { takeSnapshot } from './testing/take-snapshot.ts';

const peers = {
  etcd: peer('etcd-3.6'),
  etcdutl: peer('etcdutl-3.6'),
  old: peer('kube-apiserver-1.36.3'),
  new: peer('kube-apiserver'),
};
const missing = Object.values(peers).some((one) => one.missing);

type Fixture = readonly [path: string, body: object];
const at = (name: string, more: object = {}): object => ({ metadata: { name }, ...more });
const meta = (name: string): object => ({ metadata: { name, namespace: 'default' } });
const scaled = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const queue = {
  type: 'External',
  external: { metric: { name: 'queue' }, target: { type: 'Value', value: '1' } },
};
const autoscaler = (name: string, minReplicas: number): Fixture => [
  '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
  { ...meta(name), spec: { scaleTargetRef: scaled, minReplicas, maxReplicas: 3, metrics: [queue] } },
];

/** What both minors know. */
const usual: readonly Fixture[] = [
  ['/api/v1/namespaces', at('web')],
  ['/api/v1/namespaces/web/configmaps', at('settings', { data: { a: '1' } })],
  ['/api/v1/namespaces/default/secrets', { ...meta('login'), stringData: { password: 'hunter2' } }],
  [
    '/api/v1/namespaces/default/services',
    { ...meta('web'), spec: { ports: [{ port: 80, nodePort: 30080 }], selector: { app: 'web' }, type: 'NodePort' } },
  ],
  [
    '/apis/apps/v1/namespaces/default/deployments',
    {
      ...meta('web'),
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
      },
    },
  ],
  autoscaler('one', 1),
  [
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    at('things.test.sealift.dev', {
      spec: {
        group: 'test.sealift.dev',
        scope: 'Namespaced',
        names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    }),
  ],
  // Served by a server behind the cluster's own, which a shadow has not.
  [
    '/apis/apiregistration.k8s.io/v1/apiservices',
    at('v1.behind.test.sealift.dev', {
      spec: {
        group: 'behind.test.sealift.dev',
        version: 'v1',
        service: { namespace: 'default', name: 'web' },
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    }),
  ],
  // One that nobody can ask in a shadow.
  [
    '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
    at('refuses', {
      webhooks: [
        {
          name: 'refuses.test.sealift.dev',
          clientConfig: { url: 'https://127.0.0.1:1/' },
          rules: [{ apiGroups: ['apps'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }],
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    }),
  ],
];

describe.skipIf(missing)(`a rehearsal on real API servers of two minors (${peers.old.remedy})`, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-rehearsals-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run = (snapshot: string, over: Partial<RehearsalOptions>): Promise<Rehearsal> =>
    rehearse({
      snapshot,
      store: { etcd: peers.etcd.path, etcdutl: peers.etcdutl.path },
      running: peers.old.path,
      other: peers.new.path,
      folder,
      cancel: new AbortController().signal,
      ...over,
    });
  const told = ({ findings }: Rehearsal): readonly (readonly [string, string])[] =>
    findings.map(({ kind, object }) => [kind, object] as const);

  /** A snapshot of a cluster of a minor with some objects and arguments, taken after it was ended. */
  async function snapshotOf(
    name: string,
    server: 'old' | 'new',
    fixtures: readonly Fixture[],
    extraArgs: Readonly<Record<string, string>>,
    then: (client: KubernetesClient) => Promise<void> = async () => undefined,
  ): Promise<string> {
    const kubernetes: Kubernetes = await startKubernetes(peers.etcd, peers[server]);
    const client = await KubernetesClient.connect({ kubeconfig: kubernetes.kubeconfig });
    try {
      for (const [path, body] of fixtures) await client.create(path, body);
      await then(client);
      const configuration = { kind: 'ClusterConfiguration', apiServer: { extraArgs } };
      await client.create(objectPath('/api/v1', 'configmaps', { namespace: 'kube-system' }), {
        metadata: { name: 'kubeadm-config' },
        data: { ClusterConfiguration: JSON.stringify(configuration) },
      });
      const path = join(folder, name);
      await takeSnapshot(kubernetes.store, path);
      return path;
    } finally {
      client.close();
      await kubernetes.stop();
    }
  }

  it('finds nothing where nothing is in the way, forward and back, and leaves nothing', async () => {
    const snapshot = await snapshotOf('plain', 'old', usual, { 'audit-log-path': '/var/log/audit.log', v: '1' });
    const forward = await run(snapshot, { andBack: true });
    expect(told(forward)).toEqual([]);
    expect(forward.back).toMatchObject({ served: true, findings: [], unread: [], untold: 0 });
    expect(forward.back?.objects).toBeGreaterThan(150);
    expect(forward).toMatchObject({
      running: 'v1.36.3',
      other: 'v1.37.2',
      emulated: '1.36',
      served: true,
      leftOut: ['audit-log-path'],
      unread: [],
      untold: 0,
    });
    expect(forward.objects).toBeGreaterThan(150);
    expect(forward.written + forward.refusedByBoth).toBe(forward.objects);
    const back = await run(snapshot, { running: peers.new.path, other: peers.old.path });
    expect(told(back)).toEqual([]);
    expect(await readdir(folder)).toEqual(['plain']);
  }, 600_000);

  it('back: finds what 1.37 lets in and 1.36 cannot write, reach or show', async () => {
    const fixtures: Fixture[] = [
      ...usual.slice(0, -1),
      autoscaler('zero', 0),
      ['/apis/certificates.k8s.io/v1/clustertrustbundles', at('bundle', { spec: { trustBundle: validCertificate } })],
      [
        '/apis/resource.k8s.io/v1/devicetaintrules',
        at('taint', { spec: { deviceSelector: { driver: 'x.example' }, taint: { key: 'a/b', effect: 'NoSchedule' } } }),
      ],
    ];
    const snapshot = await snapshotOf('native', 'new', fixtures, {}, async (client) => {
      const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/one/status';
      const conditions = [
        { type: 'AbleToScale', status: 'True', observedGeneration: 1, lastTransitionTime: '2026-01-01T00:00:00Z' },
      ];
      await client.patch(path, { status: { desiredReplicas: 1, currentReplicas: 1, conditions } });
    });
    const { findings } = await run(snapshot, { running: peers.new.path, other: peers.old.path });
    const found = (kind: string, object: string) =>
      findings.find((one) => one.kind === kind && one.object.includes(object));
    expect(found('unwritable', 'HorizontalPodAutoscaler.autoscaling default/zero')?.text).toContain(
      'greater than or equal to 1',
    );
    expect(found('orphan', 'ClusterTrustBundle')?.text).toContain('certificates.k8s.io');
    expect(found('orphan', 'DeviceTaintRule')?.text).toContain('resource.k8s.io');
    expect(found('dropped-field', 'HorizontalPodAutoscaler.autoscaling default/one')?.text).toContain(
      'observedGeneration',
    );
    expect(findings.length).toBe(4);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  }, 600_000);

  it.each([
    [
      'an API that is gone',
      { 'runtime-config': 'scheduling.k8s.io/v1alpha2=true' },
      'exits',
      'scheduling.k8s.io/v1alpha2',
    ],
    ['a gate that is gone', { 'feature-gates': 'GangScheduling=true,GenericWorkload=true' }, 'exits', 'GangScheduling'],
    [
      'a beta whose watcher wants the next version of it',
      { 'feature-gates': 'PodCertificateRequest=true', 'runtime-config': 'certificates.k8s.io/v1beta1=true' },
      'never-ready',
      'PodCertificateRequest',
    ],
  ])(
    'forward: finds %s in the flags',
    async (name, extraArgs, kind, text) => {
      const snapshot = await snapshotOf(name.replaceAll(' ', '-'), 'old', usual, extraArgs);
      const rehearsal = await run(snapshot, { readyMs: 90_000 });
      expect(told(rehearsal)).toEqual([[kind, 'kube-apiserver v1.37.2']]);
      expect([rehearsal.served, rehearsal.findings[0]?.text]).toEqual([false, expect.stringContaining(text) as string]);
    },
    300_000,
  );

  it('ends everything when it is cancelled, and refuses what is no snapshot', async () => {
    const broken = join(folder, 'broken');
    await writeFile(broken, 'x'.repeat(4096));
    await expect(run(broken, {})).rejects.toMatchObject({ code: 'REHEARSAL_SNAPSHOT_UNUSABLE' });
    const cancel = new AbortController();
    const snapshot = join(folder, 'plain');
    const running = run(snapshot, { cancel: cancel.signal });
    setTimeout(() => cancel.abort(), 4000);
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await readdir(folder)).filter((one) => one.startsWith('sealift-rehearsal-'))).toEqual([]);
  }, 600_000);
});
