import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RealCluster } from '@sealift/cli/demo/cluster/real-cluster';
import {
  type DemoEnvironment,
  installed,
  offered,
  prepareDemo,
  realCluster,
  startDemo,
} from '@sealift/cli/demo/demo-environment';
import { startConsoleServer } from '@sealift/cli/demo/demo-services';
import { prepareRealPlatform } from '@sealift/cli/demo/real-platform';
import { makeVendor } from '@sealift/cli/demo/vendor';
import { journalPageSchema, summarySchema, upgradeSchema } from '@sealift/core/api';
import { programVersion } from '@sealift/core/program-version';
import { peer } from '@sealift/testkit/peers';
import { KubeApi, type KubeObject } from '@sealift/testkit/site/kube-api';
import { sitePeers } from '@sealift/testkit/site/programs';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syncRegistry } from '@sealift/cli/demo/platform';
import { consoleNames } from '../packages/cli/src/commands/server/pack/console-manifests.ts';
import { type PostgresServer, startPostgres } from '../packages/server/src/testing/postgres-server.ts';
import { Kubelet } from './setup/console-pack/kubelet.ts';
import { addConsole, executableOf, writeBaseImage } from './setup/console-pack/platform-with-console.ts';

const cluster = sitePeers();
const tools = [peer('helm'), peer('govc'), peer('postgres'), peer('qemu-img')] as const;
const postgres = tools[2];
const absent = [cluster, ...tools].find(({ missing }) => missing);
const nextVersion = '0.1.1-next';
const { namespace, pack } = consoleNames;
const claim = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${pack}`;

/**
 * A whole upgrade of a real cluster by a console that is a layer of it: its machines are replaced, its own pod with them, and at the end by the next version.
 * Controllers and scheduler are Kubernetes' own; where the pod is, there runs the executable.
 */
describe.skipIf(absent !== undefined)(
  `a console in the cluster that it upgrades${absent === undefined ? '' : ` (${absent.remedy})`}`,
  { timeout: 1_800_000 },
  () => {
    let dir: string;
    let database: PostgresServer;
    let site: DemoEnvironment<RealCluster>;
    let workload: KubeApi;
    let kubelet: Kubelet | undefined;
    const images = new Map<string, string>();
    const remarks: string[] = [];

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'sealift-console-site-'));
      const cancel = new AbortController().signal;
      const older = await executableOf(programVersion, join(dir, 'sealift-older'));
      const newer = await executableOf(nextVersion, join(dir, 'sealift-newer'));
      await writeBaseImage(join(dir, 'base'), older);
      const options = {
        dir: join(dir, 'demo'),
        env: process.env,
        say: (text: string) => void remarks.push(text),
        cancel,
      };
      const demo = await prepareRealPlatform(await prepareDemo({ ...options, executable: older }), process.env);
      for (const [release, executable, version] of [
        [installed, older, programVersion],
        [offered, newer, nextVersion],
      ] as const) {
        images.set(await addConsole(demo, release, { executable, version, base: join(dir, 'base') }), executable);
      }
      database = await startPostgres(postgres.path);
      const databaseUrl = await database.newDatabase();
      const built = { pages: '', vendor: await makeVendor(demo, [installed, offered]) };
      site = await startDemo({ demo, port: 0, built, ownPages: true, databaseUrl }, async (context, vendor) => {
        const real = await realCluster(context, vendor);
        workload = await KubeApi.fromKubeconfig(real.service.ready.workload.kubeconfig);
        return { ...real, install: () => Promise.all([real.install(), provideVolume()]).then(() => undefined) };
      }).catch((error: unknown) => {
        throw new Error(`the site did not start after:\n${remarks.slice(-40).join('\n')}`, { cause: error });
      });
      const port = Number(new URL(site.console.ready.url).port);
      // From now on it is where its pod is.
      await site.console.stop();
      kubelet = Kubelet.run(workload, (image) => {
        const checkout = { ...site.context.checkout, sealift: images.get(image) ?? `no executable of ${image}` };
        const context = { ...site.context, checkout };
        return startConsoleServer(context, { cluster: site.cluster, pages: undefined, port, databaseUrl });
      });
    }, 1_500_000);
    afterAll(async () => {
      await kubelet?.stop();
      workload?.close();
      await site?.stop();
      await database?.stop();
      await rm(dir, { recursive: true, force: true });
    }, 180_000);

    /** Nobody here makes volumes: one is there for the claim, of the class that it was given. */
    async function provideVolume(): Promise<void> {
      const found = await waitUntil(
        'the claim of the console',
        () => workload.get<KubeObject & { spec: { storageClassName?: string } }>(claim),
        600_000,
      );
      await workload.create('/api/v1/persistentvolumes', {
        metadata: { name: pack },
        spec: {
          capacity: { storage: '100Gi' },
          accessModes: ['ReadWriteOnce'],
          storageClassName: found.spec.storageClassName ?? '',
          persistentVolumeReclaimPolicy: 'Retain',
          claimRef: { namespace, name: pack },
          hostPath: { path: '/var/lib/console' },
        },
      });
    }
    const administrator = () => site.administrator.api;

    it('upgrades it to the end, its nodes, itself', async () => {
      const answers = async () => (await fetch(`${site.console.ready.url}/readyz`).catch(() => undefined))?.ok === true;
      await waitUntil('the console in its pod', answers, 120_000);
      await syncRegistry(administrator(), site.context.cancel);
      const { id, hash } = await administrator().post('/api/v1/upgrades', { to: offered }, upgradeSchema);
      await administrator().post(`/api/v1/upgrades/${id}/confirm`, { hash }, upgradeSchema);
      const state = async () => (await administrator().get(`/api/v1/upgrades/${id}`, upgradeSchema)).state;
      const rests = async () => !['ready', 'running'].includes(await state().catch(() => 'running'));
      await waitUntil('the end of the upgrade', rests, 1_500_000);
      expect(await state()).toBe('succeeded');
      const { entries } = await administrator().get(`/api/v1/upgrades/${id}/journal`, journalPageSchema);
      expect([...new Set(entries.map(({ version }) => version))]).toEqual([programVersion, nextVersion]);
    });

    it('ran as its pods did: moved with the nodes, and last as the next version', () => {
      const [older, newer] = [...images.keys()];
      const { started = [] } = kubelet ?? {};
      process.stdout.write(`the console was started ${started.length} times\n`);
      expect(started.at(-1)).toBe(newer);
      expect(started.slice(0, -1).every((image) => image === older)).toBe(true);
      // Each node was replaced, and the pod was on one of them.
      expect(started.length).toBeGreaterThan(2);
    });

    it('and both sentences hold', async () => {
      const summary = await administrator().get('/api/v1/summary', summarySchema);
      expect(summary).toMatchObject({ version: offered, lockedBy: null, simulated: false });
      expect(summary.statements.map(({ text, holds }) => [text, holds])).toEqual([
        ['You are using the latest version of Harborview', true],
        ['On-prem system console is healthy', true],
      ]);
    });
  },
);
