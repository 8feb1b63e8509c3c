import { mkdtempSync, mkdirSync, readFileSync, existsSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KubernetesClient } from '@sealift/kubernetes/client';
import { type BoundProcess, runBound } from '@sealift/testkit/bound-process';
import { DeploymentRunner, type RunDeployment, type RunProgram } from '@sealift/testkit/deployment-runner';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { KubeApi, type KubeObject } from '@sealift/testkit/site/kube-api';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { consoleNames } from '../packages/cli/src/commands/server/pack/console-manifests.ts';
import { openStore } from '../packages/server/src/store/store.ts';
import { type PostgresServer, startPostgres } from '../packages/server/src/testing/postgres-server.ts';
import { type ConsoleVersion, storeUpgradeTo, writeShelf } from './setup/console-pack/pack-shelf.ts';

const peers = [peer('postgres'), peer('etcd'), peer('kube-apiserver')] as const;
const [postgres, etcd, apiserver] = peers;
const absent = peers.find(({ missing }) => missing);
const program = fileURLToPath(new URL('setup/console-pack/engine-in-pod.ts', import.meta.url));
const patience = 120_000;

const { namespace, pack, imagePack } = consoleNames;
const account = `/api/v1/namespaces/${namespace}/serviceaccounts/${pack}`;
const deploymentPath = `/apis/apps/v1/namespaces/${namespace}/deployments/${pack}`;
const daemonSetPath = `/apis/apps/v1/namespaces/${namespace}/daemonsets/${imagePack}`;
const claimPath = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${pack}`;
const consoleOf = (version: string, letter: string): ConsoleVersion => ({
  version,
  image: `sealift.dev/console:${version}@sha256:${letter.repeat(64)}`,
});
const older = consoleOf('1.0.0', 'a');
const newer = consoleOf('1.1.0', 'c');
const newest = consoleOf('1.2.0', 'e');
const issued = z.object({ status: z.object({ token: z.string() }) });
const uuid = (last: number): string => `6d8f5a0e-0000-4000-8000-00000000000${last}`;

interface DaemonSet extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly generation?: number };
}

/** The console's own pod is replaced by a layer of the upgrade that this console runs, on a real API server; the test is controller and kubelet. */
describe.skipIf(absent !== undefined)(
  `the console as a pack of the platform${absent === undefined ? '' : ` (${absent.remedy})`}`,
  { timeout: 300_000 },
  () => {
    let folder: string;
    let cluster: Kubernetes;
    let database: PostgresServer;
    let databaseUrl: string;
    let api: KubeApi;
    let kubelet: DeploymentRunner | undefined;
    /** How long the kubelet lets a pod end by itself. */
    let graceMs = 60_000;
    const started: string[] = [];
    const log = () => join(folder, 'console.log');

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'sealift-console-pack-'));
      mkdirSync(join(folder, 'account'));
      [cluster, database] = await Promise.all([startKubernetes(etcd, apiserver), startPostgres(postgres.path)]);
      databaseUrl = await database.newDatabase();
      await (await openStore({ dataDir: '/nonexistent', databaseUrl })).close();
      api = await KubeApi.fromKubeconfig(cluster.kubeconfig);
      writeFileSync(join(folder, 'account', 'ca.crt'), cluster.ca);
      writeShelf(join(folder, 'shelf.json'), [older, newer, newest]);
    }, 180_000);
    afterAll(async () => {
      await kubelet?.stop();
      api?.close();
      await Promise.all([cluster?.stop(), database?.stop()]);
      await rm(folder, { recursive: true, force: true });
    });

    /** A console, in a pod of the cluster or beside it. */
    function runConsole(kubeconfig?: string): RunProgram {
      const ready = join(folder, `ready-${started.length}`);
      const options = {
        databaseUrl,
        shelf: join(folder, 'shelf.json'),
        account: join(folder, 'account'),
        ready,
        kubeconfig,
      };
      const { hostname, port } = new URL(cluster.url);
      const inPod = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, HOME: folder };
      // A kubelet mounts the account before it starts anything.
      const mounted = kubeconfig === undefined ? 'until [ -s "$0/account/token" ]; do sleep 0.1; done; ' : '';
      const parts = ['-c', `${mounted}exec "$@"`, folder, process.execPath, program];
      const child = runBound('/bin/sh', [...parts, JSON.stringify(options)], {
        name: 'console',
        log: log(),
        environment: inPod,
      });
      return {
        process: Object.create(child, { stop: { value: () => child.stop(graceMs) } }) as BoundProcess,
        isReady: () => Promise.resolve(existsSync(ready)),
      };
    }
    const run = (deployment: RunDeployment): RunProgram | undefined => {
      started.push(deployment.spec.template.spec.containers[0]?.image ?? '');
      return runConsole();
    };
    /** What the image's DaemonSet says once every node has it. */
    async function nodesHaveImage(): Promise<void> {
      const found = await api.get<DaemonSet>(daemonSetPath);
      const on = {
        desiredNumberScheduled: 3,
        updatedNumberScheduled: 3,
        numberAvailable: 3,
        currentNumberScheduled: 3,
      };
      const status = { ...on, numberReady: 3, numberMisscheduled: 0, observedGeneration: found?.metadata.generation };
      await api.merge(`${daemonSetPath}/status`, { status });
    }
    const imageOf = async (path: string): Promise<string | undefined> =>
      (await api.get<RunDeployment>(path))?.spec.template.spec.containers[0]?.image;
    const stateOf = async (id: string) =>
      (await database.query(databaseUrl, `select state from upgrade where id = '${id}'`))[0]?.['state'];
    const begin = (id: string, version: ConsoleVersion) => database.query(databaseUrl, storeUpgradeTo(id, version));
    /** The console's own layer was begun under one lease and ended under a later one; a cut in its applying is begun again. */
    async function expectHandedOver(id: string): Promise<void> {
      const lines = await database.query(
        databaseUrl,
        `select phase, epoch from journal where upgrade_id = '${id}' and step_id = '0-layer-addon-${pack}' and phase in ('intent', 'evidence') order by id`,
      );
      expect(lines.map(({ phase }) => phase).join(' ')).toMatch(/^(?:intent ){1,2}evidence$/);
      expect(Number(lines.at(-1)?.['epoch'])).toBeGreaterThan(Number(lines[0]?.['epoch']));
    }
    /** As a kubelet gets it for a pod. */
    async function issueToken(): Promise<string> {
      const client = await KubernetesClient.connect({ kubeconfig: cluster.kubeconfig });
      try {
        const { body } = await client.ask({ method: 'POST', path: `${account}/token`, body: { spec: {} } });
        return issued.parse(body).status.token;
      } finally {
        client.close();
      }
    }

    it('is installed by a console beside the cluster, and runs as the account of its pod', async () => {
      const beside = runConsole(cluster.kubeconfig);
      try {
        await begin(uuid(1), older);
        await waitUntil('the layer of the image', () => api.get(daemonSetPath), patience);
        expect(await api.get(deploymentPath)).toBeUndefined();
        await nodesHaveImage();
        await waitUntil('the layer of the console', () => api.get(deploymentPath), patience);
        await api.merge(`${claimPath}/status`, { status: { phase: 'Bound' } });
        writeFileSync(join(folder, 'account', 'token'), await issueToken());
        kubelet = DeploymentRunner.start(api, run);
        await waitUntil('the end of the installation', async () => (await stateOf(uuid(1))) === 'succeeded', patience);
      } finally {
        await beside.process.stop();
      }
      expect(await imageOf(deploymentPath)).toBe(older.image);
      expect(started).toEqual([older.image]);
    });

    it('killed while nodes get the next image it goes on, and is not replaced before every node has it', async () => {
      await begin(uuid(2), newer);
      await waitUntil('the next image', async () => (await imageOf(daemonSetPath)) === newer.image, patience);
      const step = `0-layer-addon-${imagePack}`;
      const waits = () =>
        database.query(
          databaseUrl,
          `select data from journal where step_id = '${step}' and phase = 'progress' and upgrade_id = '${uuid(2)}'`,
        );
      await waitUntil('the wait to be told', async () => JSON.stringify(await waits()).includes('DaemonSet'), patience);
      kubelet?.processOf(`${namespace}/${pack}`)?.signal('KILL');
      await waitUntil('the pod to be started again', () => started.length === 2, patience);
      await waitUntil('it to be up', () => existsSync(join(folder, 'ready-2')), patience);
      expect(await imageOf(deploymentPath)).toBe(older.image);
      await nodesHaveImage();
      await waitUntil('the end of the upgrade', async () => (await stateOf(uuid(2))) === 'succeeded', patience);
      expect(started).toEqual([older.image, older.image, newer.image]);
    });

    it('hands over in the middle of its own layer: begun by the old version, ended by the new one, applied once', async () => {
      await expectHandedOver(uuid(2));
      // Made by the installation, changed once by the upgrade.
      expect((await api.get<RunDeployment>(deploymentPath))?.metadata.generation).toBe(2);
      expect(readFileSync(log(), 'utf8')).toMatch(/stops\n\d+ .*let go of everything/s);
    });

    it('goes on too where the old version was killed in its place and let go of nothing', async () => {
      graceMs = 0;
      await begin(uuid(3), newest);
      await waitUntil('the next image', async () => (await imageOf(daemonSetPath)) === newest.image, patience);
      await nodesHaveImage();
      await waitUntil('the end of the upgrade', async () => (await stateOf(uuid(3))) === 'succeeded', patience);
      await expectHandedOver(uuid(3));
      expect((await api.get<RunDeployment>(deploymentPath))?.metadata.generation).toBe(3);
      expect(started).toEqual([older.image, older.image, newer.image, newest.image]);
    });
  },
);
