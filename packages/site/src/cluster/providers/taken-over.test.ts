import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { sampleProviders } from '@sealift/testkit/sample-components';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  byClusterctl,
  check,
  clear,
  components,
  coreOf,
  deployments,
  role,
  running,
} from './testing/four-providers.ts';
import { argumentsOf, never, packOf, ProvidersBench } from './testing/providers-bench.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const peers = [peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);
const { core, bootstrap } = sampleProviders;

describe.skipIf(missing !== undefined)(
  `the providers that somebody installed${missing ? ` (${missing.remedy})` : ''}`,
  () => {
    let cluster: Kubernetes;
    let bench: ProvidersBench;
    beforeAll(async () => {
      cluster = await startKubernetes(...peers);
      bench = await ProvidersBench.open(cluster);
    });
    afterAll(async () => {
      await bench?.close();
      await cluster?.stop();
    });

    beforeEach(() => clear(bench));

    it('installed by clusterctl become ours, with what a person set at them, and without what they have no more', async () => {
      const before = components('v1.13.1', { args: ['--leader-elect', '--v=2', '--gone=1', '--feature-gates=A=true'] });
      await bench.createAs('clusterctl', byClusterctl([...before, role('capi-gone'), role('capi-kept')]));
      const args = ['--leader-elect', '--v=2', '--gone=1', '--feature-gates=A=true', '--by-hand=7'];
      const containers = [
        { name: 'manager', image: `${core.image}:v1.13.1`, args, resources: { limits: { memory: '1Gi' } } },
      ];
      await bench.patchAs('kubectl-edit', coreOf(before), { spec: { template: { spec: { containers } } } });
      await bench.patchAs('kubectl', coreOf(before), { spec: { replicas: 2 } });

      const wanted = components('v1.14.2', {
        args: ['--leader-elect', '--v=3', '--new', '--feature-gates=A=${A:=false}'],
      });
      const next = bench.shelve(packOf('1.14.2', [...wanted, role('capi-kept')]));
      expect(await check(bench, next)).toMatchObject({
        outcome: 'pass',
        detail: expect.stringMatching(
          /capi-controller-manager v1\.13\.1 → v1\.14\.2.*0 objects to store anew; kept as set by hand: .*--by-hand/,
        ) as unknown,
      });
      const { notes } = await bench.settle(next);
      const live = await running(bench);
      expect(argumentsOf(live)).toEqual([
        '--leader-elect',
        '--v=2',
        '--new',
        '--feature-gates=A=true',
        '--gone=1',
        '--by-hand=7',
      ]);
      expect(live).toMatchObject({
        metadata: { labels: { 'clusterctl.cluster.x-k8s.io': '' } },
        spec: {
          replicas: 2,
          template: {
            spec: { containers: [{ image: `${core.image}:v1.14.2`, resources: { limits: { memory: '1Gi' } } }] },
          },
        },
      });
      expect(notes).toEqual(
        ['--v', '--gone', '--by-hand', 'replicas', 'resources of manager'].map(
          (what) => `kept: Deployment.apps capi-system/capi-controller-manager: ${what}`,
        ),
      );
      const roles = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' };
      expect(await bench.objects.get({ ...roles, name: 'capi-gone' })).toBeUndefined();
      expect(await bench.objects.get({ ...roles, name: 'capi-kept' })).toBeDefined();
      const managers = live?.metadata.managedFields?.map(({ manager }) => manager) ?? [];
      expect(managers).not.toContain('clusterctl');

      // The next time it is known what the components had, so that a flag that they alone set changes.
      const later = components('v1.14.3', { args: ['--leader-elect', '--v=3', '--new=2', '--feature-gates=A=false'] });
      await bench.settle(bench.shelve(packOf('1.14.3', [...later, role('capi-kept')])));
      expect(argumentsOf(await running(bench))).toEqual([
        '--leader-elect',
        '--v=2',
        '--new=2',
        '--feature-gates=A=false',
        '--gone=1',
        '--by-hand=7',
      ]);
    });

    it('of clusterctl alone have nothing set by hand: flags that are no more go, and are told', async () => {
      await bench.createAs(
        'clusterctl',
        components('v1.13.1', { args: ['--old=1', '--v=2', '--feature-gates=A=true,Z=true'] }),
      );
      const wanted = components('v1.14.2', { args: ['--v=3', '--feature-gates=A=${A:=false}'] });
      const next = bench.shelve(packOf('1.14.2', wanted));
      expect(await check(bench, next)).toMatchObject({
        outcome: 'warn',
        detail: expect.stringMatching(/gone with the former components: .*feature gate Z, .*--old/) as unknown,
      });
      await bench.settle(next);
      expect(argumentsOf(await running(bench))).toEqual(['--v=3', '--feature-gates=A=true']);
    });

    it('with a field of somebody else are left alone, and all owners are named', async () => {
      const before = components('v1.13.1');
      await bench.createAs('clusterctl', before);
      const containers = [{ name: 'manager', image: 'mirror.example/capi:v1.13.1' }];
      await bench.patchAs('argocd-controller', coreOf(before), { spec: { template: { spec: { containers } } } });
      const next = bench.shelve(packOf('1.14.2', components('v1.14.2')));
      const named = expect.stringMatching(/containers\[name="manager"\]\.image of argocd-controller/) as unknown;
      expect(await check(bench, next)).toMatchObject({ outcome: 'block', detail: named });
      await expect(bench.port().apply(next, never)).rejects.toMatchObject({
        code: 'PROVIDERS_REFUSED',
        message: named,
      });
      expect(await bench.port().status(never)).toMatchObject({ digest: null });
      const bootstrapOne = { ...deployments, namespace: bootstrap.namespace, name: bootstrap.deployment };
      expect(JSON.stringify(await bench.objects.get(bootstrapOne))).toContain('v1.13.1');
    });
  },
);
