import { describe, expect, it } from 'vitest';
import type { KubeObject } from '@sealift/kubernetes/object';
import { type StateSketch, sketchState } from '../../cluster/testing/sample-state.ts';
import { apiServersReady, type NamedApi } from './api-servers.ts';
import { certificatesLast } from './certificates.ts';
import { controlPlaneHealthy } from './control-plane.ts';
import { overlapsIn } from './budget-overlaps.ts';
import { budgetsAllow } from './disruption-budgets.ts';
import { clocksAgree } from './node-clocks.ts';
import { nothingPaused } from './paused.ts';

const now = new Date('2026-11-29T12:00:00Z');
const text = (match: string): string => expect.stringContaining(match) as string;
const controlPlane = ['a', 'b', 'c'].map((name) => ({ name }));
const healthy = [
  ['EtcdClusterHealthy', 'True'],
  ['ControlPlaneComponentsHealthy', 'True'],
] as const;

describe('API servers', () => {
  const api = (name: string, status: number, body: string): NamedApi => ({
    name,
    client: { server: `https://${name}`, ask: () => Promise.resolve({ status, body, askedPauseMs: undefined }) },
  });

  it('pass when all are ready, and name what one lacks', async () => {
    const never = new AbortController().signal;
    const well = api('one', 200, 'ok');
    expect(await apiServersReady([well, api('two', 200, 'ok')], never)).toMatchObject({ outcome: 'pass' });
    const body =
      '[+]ping ok\n[-]etcd failed: reason withheld\n[-]poststarthook/x failed: reason withheld\nreadyz check failed';
    expect(await apiServersReady([well, api('two', 500, body)], never)).toMatchObject({
      outcome: 'block',
      detail: 'The API server of two is not ready (not ready: etcd, poststarthook/x)',
    });
    expect(await apiServersReady([api('one', 503, '<html>')], never)).toMatchObject({
      detail: text('HTTP status 503'),
    });
  });
});

describe('the control plane', () => {
  const look = (sketch: Partial<StateSketch>) =>
    controlPlaneHealthy(sketchState({ machines: controlPlane, ...sketch }));

  it('passes only when its controller says so of the present generation', () => {
    expect(look({ owner: { said: healthy } })).toMatchObject({ outcome: 'pass', detail: text('3 machines') });
    expect(look({ owner: { said: healthy, observed: false } })).toMatchObject({
      outcome: 'block',
      detail: text('not taken that up'),
    });
  });

  it('names an unhealthy member, and is unknown where nobody knows', () => {
    const sick = ['EtcdClusterHealthy', 'False', 'NotHealthy', '* Machine b:\n * no etcd'] as const;
    expect(look({ owner: { said: [sick, healthy[1]] } })).toMatchObject({
      outcome: 'block',
      detail: text('* Machine b'),
    });
    const unseen = ['EtcdClusterHealthy', 'Unknown', 'InspectionFailed', 'no answer'] as const;
    expect(look({ owner: { said: [unseen, healthy[1]] } })).toMatchObject({ outcome: 'unknown' });
    expect(look({ owner: { said: [healthy[0]] } })).toMatchObject({ outcome: 'unknown' });
  });

  it('blocks where a machine is missing though all conditions are well', () => {
    expect(look({ machines: controlPlane.slice(1), owner: { said: healthy } })).toMatchObject({ outcome: 'block' });
  });
});

describe('what is paused', () => {
  it('is named, whoever is', () => {
    expect(nothingPaused(sketchState({ machines: controlPlane }))).toMatchObject({ outcome: 'pass' });
    expect(nothingPaused(sketchState({ machines: controlPlane, paused: true }))).toMatchObject({
      outcome: 'block',
      detail: text('Cluster '),
    });
    const annotations = { 'cluster.x-k8s.io/paused': '' };
    expect(nothingPaused(sketchState({ machines: controlPlane, owner: { annotations } }))).toMatchObject({
      outcome: 'block',
      detail: text('KubeadmControlPlane cp, MachineDeployment md'),
    });
  });
});

describe('certificates', () => {
  const machine = (name: string, certificatesEndAt: string | null) => ({
    name,
    isControlPlane: true,
    certificatesEndAt,
  });
  const presented = { validToDate: new Date('2027-11-01T00:00:00Z') };

  it('pass when all last, and tell of the first that ends', () => {
    const well = [machine('a', '2027-10-01T00:00:00Z'), machine('b', '2027-09-01T00:00:00Z')];
    expect(certificatesLast(well, presented, now)).toMatchObject({ outcome: 'pass', detail: text('Machine b') });
    const soon = [...well, machine('c', '2026-12-10T00:00:00Z')];
    expect(certificatesLast(soon, presented, now)).toMatchObject({
      outcome: 'warn',
      detail: text('in 10 days'),
      items: [{ place: 'Machine c' }],
    });
    const ended = [...well, machine('c', '2026-11-01T00:00:00Z')];
    expect(certificatesLast(ended, presented, now)).toMatchObject({ outcome: 'block', detail: text('ended at') });
    expect(certificatesLast(ended, presented, now).risk).toBeUndefined();
  });

  it('warn where only some tell, with each that does not and how to ask it, beside what ends soon', () => {
    const some = [machine('a', '2027-10-01T00:00:00Z'), machine('b', null), machine('c', null)];
    const untold = ['b', 'c'].map((name) => ({
      place: `Machine ${name}`,
      text: 'nobody tells when its certificates end',
      remedy: text('kubeadm certs check-expiration'),
    }));
    const found = certificatesLast(some, presented, now);
    expect(found).toMatchObject({ outcome: 'warn', detail: text('of 2 of 3 Machines nobody tells'), items: untold });
    // It stops nothing, so there is nothing to accept.
    expect(found.risk).toBeUndefined();
    // One API server of three has shown itself.
    expect(certificatesLast([machine('b', null)], presented, now)).toMatchObject({ outcome: 'warn' });
    const soon = [machine('a', '2026-12-10T00:00:00Z'), ...some.slice(1)];
    expect(certificatesLast(soon, presented, now).items).toMatchObject([{ place: 'Machine a' }, ...untold]);
  });

  it('are unknown where nobody tells, and what the server presents counts', () => {
    expect(certificatesLast([machine('a', null)], undefined, now)).toMatchObject({
      outcome: 'unknown',
      risk: { objects: ['Machine a'] },
    });
    const ends = { validToDate: new Date('2026-11-30T00:00:00Z') };
    expect(certificatesLast([machine('a', null)], ends, now)).toMatchObject({
      outcome: 'block',
      detail: text('the API server'),
    });
  });
});

describe('clocks of nodes', () => {
  const node = (name: string, ready = 'True'): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  });
  const lease = (name: string, secondsAhead: number): KubeObject => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
    spec: { renewTime: new Date(now.getTime() + secondsAhead * 1000).toISOString() },
  });

  it('pass when leases are as old as they may be', () => {
    expect(clocksAgree([node('a'), node('b')], [lease('a', -9), lease('b', -35)], now)).toMatchObject({
      outcome: 'pass',
    });
  });

  it('that are ahead or behind are named, with how much', () => {
    const found = clocksAgree(
      [node('a'), node('b'), node('c')],
      [lease('a', 60), lease('b', -400), lease('c', 0)],
      now,
    );
    expect(found).toMatchObject({
      outcome: 'block',
      items: [
        { place: 'Node a', text: 'its clock is about 60 s ahead' },
        { place: 'Node b', text: 'its clock is about 390 s behind' },
      ],
    });
    expect(clocksAgree([node('a')], [lease('a', 60)], now)).toMatchObject({ outcome: 'warn' });
  });

  it('of a node that is not ready say nothing, and a node without a lease is no all-clear', () => {
    expect(clocksAgree([node('a'), node('b', 'False')], [lease('a', 0), lease('b', -9000)], now)).toMatchObject({
      outcome: 'pass',
    });
    expect(clocksAgree([node('a'), node('b')], [lease('a', 0)], now)).toMatchObject({
      outcome: 'warn',
      detail: text('b'),
    });
    expect(clocksAgree([], [], now)).toMatchObject({ outcome: 'warn' });
  });
});

describe('disruption budgets', () => {
  it('block for a pod that several of them cover, as it is never evicted whatever they allow', () => {
    const budget = (name: string, selector: object | null) =>
      ({
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name, namespace: 'harbor' },
        spec: { selector },
      }) as KubeObject;
    const pod = (name: string, labels: Record<string, string>) =>
      ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'harbor', labels } }) as KubeObject;
    const budgets = [
      budget('all', {}),
      budget('none', null),
      budget('web', { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] }),
      budget('old', { matchLabels: { app: 'db' }, matchExpressions: [{ key: 'new', operator: 'DoesNotExist' }] }),
    ];
    const pods = [pod('web', { app: 'web' }), pod('db', { app: 'db', new: '1' }), pod('db-old', { app: 'db' })];
    const overlaps = overlapsIn(budgets, pods);
    expect(overlaps.map(({ place }) => place)).toEqual(['Pod harbor/web', 'Pod harbor/db-old']);
    expect(budgetsAllow([], { drained: true, isBounded: false, overlaps })).toMatchObject({
      outcome: 'block',
      detail: text('2 budgets cover it (all, web)'),
      risk: { objects: ['Pod harbor/db-old', 'Pod harbor/web'] },
    });
  });

  const budget = (name: string, status: Record<string, number>, spec: object = { minAvailable: 3 }): KubeObject => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'shop', generation: 2 },
    spec,
    status: { observedGeneration: 2, ...status },
  });
  const never = budget('never', { disruptionsAllowed: 0, currentHealthy: 3, desiredHealthy: 3, expectedPods: 3 });
  const later = budget('later', { disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2, expectedPods: 3 });
  const well = budget('well', { disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 3 });
  const empty = budget('empty', { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 });
  const drain = { drained: true, isBounded: false };

  it('that never allow an eviction block with their arithmetic, unless the drain is given up by itself', () => {
    expect(budgetsAllow([well, never], drain)).toMatchObject({
      risk: { objects: [expect.any(String)] },
      outcome: 'block',
      detail: text(
        'PodDisruptionBudget.policy shop/never never allows an eviction: it needs 3 healthy pods of 3 and has 3 (minAvailable 3)',
      ),
    });
    expect(budgetsAllow([never], { ...drain, isBounded: true })).toMatchObject({ outcome: 'warn' });
  });

  it('that allow none just now are a warning, and those of no pod and of no drain nothing', () => {
    expect(budgetsAllow([later], drain)).toMatchObject({
      outcome: 'warn',
      detail: text('needs 2 healthy pods of 3 and has 2'),
    });
    expect(budgetsAllow([well, empty], drain)).toMatchObject({ outcome: 'pass' });
    expect(budgetsAllow([never], { ...drain, drained: false })).toMatchObject({ outcome: 'pass' });
  });

  it('that were not computed for what they ask for are no all-clear', () => {
    const stale = { ...well, metadata: { ...well.metadata, generation: 3 } };
    expect(budgetsAllow([stale], drain)).toMatchObject({ outcome: 'warn', detail: text('was not computed yet') });
  });
});
