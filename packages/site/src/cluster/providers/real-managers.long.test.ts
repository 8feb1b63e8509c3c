import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunDeployment, RunProgram } from '@sealift/testkit/deployment-runner';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import {
  type Component,
  coreDefinitions,
  programOf,
  sampleProviders,
  smallDefinition,
  storedAs,
} from '@sealift/testkit/sample-components';
import { makeAuthority } from '@sealift/testkit/site/pki';
import { PortBlock } from '@sealift/testkit/site/port-block';
import { runBound } from '@sealift/testkit/bound-process';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { providersCheck } from './providers-check.ts';
import { argumentsOf, never, packOf, ProvidersBench } from './testing/providers-bench.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 240_000 });

const peers = [peer('etcd'), peer('kube-apiserver'), peer('cluster-api-core')] as const;
const missing = peers.find((one) => one.missing);
const { core, bootstrap, controlPlane, vsphere } = sampleProviders;
const group = 'cluster.x-k8s.io';
/** Set by hand: without it the managers store objects anew themselves. */
const leaveVersions = '--skip-crd-migration-phases=StorageVersionMigration,CleanupManagedFields';

describe.skipIf(missing !== undefined)(`the managers of Cluster API${missing ? ` (${missing.remedy})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-providers-'));
  let cluster: Kubernetes;
  let ports: PortBlock;
  let bench: ProvidersBench;
  let ca = '';
  beforeAll(async () => {
    ports = await PortBlock.claim();
    const authority = await makeAuthority('webhooks');
    const { cert, key } = await authority.issue({ commonName: 'webhooks', names: ['127.0.0.1'] });
    mkdirSync(join(folder, 'webhooks'));
    writeFileSync(join(folder, 'webhooks', 'tls.crt'), cert);
    writeFileSync(join(folder, 'webhooks', 'tls.key'), key, { mode: 0o600 });
    ca = authority.own.cert;
    cluster = await startKubernetes(peers[0], peers[1]);
    bench = await ProvidersBench.open(cluster, run);
  });
  afterAll(async () => {
    await bench?.close();
    await cluster?.stop();
    await ports?.release();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a kubelet would run of Cluster API itself: its program with the arguments of the Deployment. The others only say that they run. */
  function run({ metadata, spec }: RunDeployment): RunProgram | undefined {
    if (metadata.name !== core.deployment) return undefined;
    const [container] = spec.template.spec.containers;
    const process = runBound(peers[2].path, container?.args ?? [], {
      name: metadata.name,
      log,
      environment: {
        KUBECONFIG: cluster.kubeconfig,
        POD_NAMESPACE: core.namespace,
        POD_NAME: metadata.name,
        POD_UID: metadata.name,
      },
    });
    const isReady = async (): Promise<boolean> => {
      const answer = await fetch(`http://127.0.0.1:${ports.at(12)}/readyz`, { signal: AbortSignal.timeout(2000) });
      await answer.body?.cancel();
      return answer.ok;
    };
    return { process, isReady };
  }
  const log = join(folder, 'manager.log');
  /** A manager tells every flag when it starts. */
  const wasTold = (flag: string): boolean => readFileSync(log, 'utf8').includes(`FLAG: ${flag}`);

  const flags = (...more: readonly string[]): readonly string[] => [
    `--webhook-port=${ports.at(10)}`,
    `--webhook-cert-dir=${join(folder, 'webhooks')}`,
    `--diagnostics-address=127.0.0.1:${ports.at(11)}`,
    '--insecure-diagnostics=true',
    `--health-addr=127.0.0.1:${ports.at(12)}`,
    ...more,
  ];
  const components = async (tag: string, ...more: readonly string[]): Promise<readonly Component[]> => [
    ...(await coreDefinitions({ url: `https://127.0.0.1:${ports.at(10)}`, ca })),
    smallDefinition(controlPlane, 'KubeadmControlPlane', {
      group: 'controlplane.cluster.x-k8s.io',
      stored: 'v1beta2',
      served: ['v1beta1'],
    }),
    ...programOf(core, tag, flags(...more)),
    ...programOf(bootstrap, tag),
    ...programOf(controlPlane, tag),
    ...programOf(vsphere, tag),
  ];
  const deployments = { apiVersion: 'apps/v1', kind: 'Deployment' };
  const coreDeployment = { ...deployments, namespace: core.namespace, name: core.deployment };
  const cluster1 = (name: string) => ({
    apiVersion: `${group}/v1beta1`,
    kind: 'Cluster',
    metadata: { name, namespace: 'default' },
    spec: {
      paused: true,
      clusterNetwork: { pods: { cidrBlocks: ['10.244.0.0/16'] } },
      controlPlaneRef: { apiVersion: 'controlplane.cluster.x-k8s.io/v1beta1', kind: 'KubeadmControlPlane', name },
    },
  });
  /** As etcd has it. */
  const stored = async (name: string): Promise<string> => {
    const key = Buffer.from(`/registry/${group}/clusters/default/${name}`).toString('base64');
    const answer = await fetch(`${cluster.store}/v3/kv/range`, { method: 'POST', body: JSON.stringify({ key }) });
    const { kvs = [] } = (await answer.json()) as { readonly kvs?: readonly { readonly value: string }[] };
    const text = Buffer.from(kvs[0]?.value ?? '', 'base64').toString('utf8');
    return (JSON.parse(text) as { readonly apiVersion: string }).apiVersion;
  };

  it('are upgraded with their flags kept, their webhooks asked, and every object stored anew', async () => {
    const old = storedAs(await components('v1.13.9', '--v=1'), 'v1beta1');
    await bench.createAs('clusterctl', old);
    const available = async () =>
      (await bench.objects.get(coreDeployment))?.['status'] as { readonly availableReplicas?: number };
    await waitUntil('the old manager', async () => (await available()).availableReplicas === 1, 120_000);
    const byHand = flags('--v=3', leaveVersions);
    const containers = [{ name: 'manager', image: `${core.image}:v1.13.9`, args: byHand }];
    const deployment = old.find(({ metadata }) => metadata.name === core.deployment);
    if (deployment === undefined) throw new Error('no Deployment');
    await bench.patchAs('kubectl-edit', deployment, { spec: { template: { spec: { containers } } } });
    await waitUntil(
      'the flags to be read',
      async () => (await available()).availableReplicas === 1 && wasTold('--v="3"'),
      120_000,
    );
    for (const name of ['a', 'b', 'c']) {
      await waitUntil(
        `a Cluster ${name}`,
        async () => {
          await bench.createAs('someone', [cluster1(name)]);
          return true;
        },
        60_000,
      );
    }
    expect(await stored('a')).toBe(`${group}/v1beta1`);

    const wanted = bench.shelve(packOf('1.14.2', await components('v1.14.2', '--v=2')));
    const check = () => providersCheck(bench.access, { providers: wanted, nodes: true, kubernetes: '1.36.1' });
    // A check has 5 s, which a machine that does other things may need for its large definitions.
    await expect.poll(check, { timeout: 120_000 }).toMatchObject({
      outcome: 'pass',
      detail: expect.stringMatching(
        /v1\.13\.9 → v1\.14\.2.*; 3 objects to store anew; kept as set by hand: .*--v.*--skip-crd/,
      ) as unknown,
    });
    await bench.port().apply(wanted, never);
    const { notes } = await bench.settle(wanted);
    expect(notes).toContain('3 objects stored in the version of their definition');

    expect(argumentsOf(await bench.objects.get(coreDeployment))).toEqual(flags('--v=3', leaveVersions));
    expect(await Promise.all(['a', 'b', 'c'].map(stored))).toEqual(Array.from({ length: 3 }, () => `${group}/v1beta2`));
    const definitions = await bench.objects.list({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
    });
    const versions = definitions.map(({ metadata, status }) => [
      metadata.name,
      (status as { readonly storedVersions: unknown }).storedVersions,
    ]);
    expect(versions.filter(([name]) => name === `clusters.${group}`)).toEqual([[`clusters.${group}`, ['v1beta2']]]);
    expect(new Set(versions.map(([, all]) => JSON.stringify(all)))).toEqual(new Set(['["v1beta2"]']));
    const [{ spec }] = [cluster1('a')];
    expect(
      await bench.objects.get({ apiVersion: `${group}/v1beta1`, kind: 'Cluster', namespace: 'default', name: 'a' }),
    ).toMatchObject({
      spec: { clusterNetwork: spec.clusterNetwork, controlPlaneRef: { kind: 'KubeadmControlPlane', name: 'a' } },
    });
  });

  it('that do not know a flag, or are gone, are named until they are mended', async () => {
    const process = bench.runner.processOf(`${core.namespace}/${core.deployment}`);
    process?.signal('STOP');
    const named = { wait: { what: expect.stringContaining(core.deployment) as unknown } };
    await expect.poll(() => bench.port().status(never), { timeout: 120_000 }).toMatchObject(named);
    process?.signal('CONT');
    await expect.poll(() => bench.port().status(never), { timeout: 120_000 }).toMatchObject({ wait: null });
    const wanted = bench.shelve(packOf('1.14.3', await components('v1.14.3', '--v=2', '--no-such-flag')));
    await bench.port().apply(wanted, never);
    await waitUntil(
      'the manager to end',
      () => readFileSync(log, 'utf8').includes('unknown flag: --no-such-flag'),
      60_000,
    );
    expect(await bench.port().status(never)).toMatchObject({
      digest: wanted.components.digest,
      complete: false,
      wait: { what: expect.stringContaining('available') as unknown },
    });
    const mended = bench.shelve(packOf('1.14.4', await components('v1.14.4', '--v=2')));
    await bench.port().apply(mended, never);
    await bench.settle(mended);
    expect(argumentsOf(await bench.objects.get(coreDeployment))).toEqual(flags('--v=3', leaveVersions));
  });
});
