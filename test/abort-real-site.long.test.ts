import {
  type PartlyUpgraded,
  summarySchema,
  type Upgrade,
  upgradeRollbackSchema,
  upgradeSchema,
} from '@sealift/core/api';
import { syncRegistry } from '@sealift/cli/demo/platform';
import { peer } from '@sealift/testkit/peers';
import { KubeApi, type KubeObject } from '@sealift/testkit/site/kube-api';
import { machinesEverMade } from '@sealift/testkit/site/machines-ever-made';
import { sitePeers } from '@sealift/testkit/site/programs';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { endStateOf } from './setup/end-state.ts';
import { type RealEnvironment, startRealEnvironment } from './setup/real-environment.ts';
import { run, sealift } from './setup/sealift.ts';

const absent = [sitePeers(), peer('helm'), peer('govc'), peer('qemu-img')].find(({ missing }) => missing);
const [older, newer] = ['v1.36.3', 'v1.37.2'];
const clusterApi = '/apis/cluster.x-k8s.io/v1beta2/namespaces/default';
const paused = 'cluster.x-k8s.io/paused';
const bounds = {
  'cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size': '1',
  'cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size': '9',
};
/** Of marks by which Sealift holds what others would change, all but what it has told kubeadm, which stays. Cluster API has hooks of its own. */
const held = /delete\.hook\.machine\.cluster\.x-k8s\.io\/sealift|sealift\.dev\/(?!kubeadm)/;

interface Machine extends KubeObject {
  readonly spec: { readonly version: string };
  readonly status?: { readonly nodeRef?: { readonly name: string } };
}
interface Node extends KubeObject {
  readonly spec: { readonly unschedulable?: boolean };
  readonly status: { readonly nodeInfo: { readonly kubeletVersion: string } };
}
type Annotated = KubeObject & { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };

describe.skipIf(absent !== undefined)(
  `an upgrade that is aborted between two machines of a real cluster${absent === undefined ? '' : ` (${absent.remedy})`}`,
  { timeout: 3_600_000 },
  () => {
    let site: RealEnvironment;
    let management: KubeApi;
    let workload: KubeApi;
    let workers: string;
    beforeAll(async () => {
      site = await startRealEnvironment();
      const { ready } = site.cluster.service;
      management = await KubeApi.fromKubeconfig(ready.management.kubeconfig);
      workload = await KubeApi.fromKubeconfig(ready.workload.kubeconfig);
      await syncRegistry(site.administrator.api, site.context.cancel);
      workers = (await management.list(`${clusterApi}/machinedeployments`))[0]?.metadata.name ?? '';
      await management.merge(`${clusterApi}/machinedeployments/${workers}`, { metadata: { annotations: bounds } });
      for (const [name, annotations] of [
        ['watched', {}],
        ['off', { [paused]: 'by a person' }],
      ] as const) {
        await management.create(`${clusterApi}/machinehealthchecks`, {
          apiVersion: 'cluster.x-k8s.io/v1beta2',
          kind: 'MachineHealthCheck',
          metadata: { name, annotations },
          spec: {
            clusterName: ready.clusterName,
            selector: { matchLabels: { 'node.example/none': 'chosen' } },
            checks: { unhealthyNodeConditions: [{ type: 'Ready', status: 'False', timeoutSeconds: 300 }] },
          },
        });
      }
    }, 1_200_000);
    afterAll(async () => {
      management?.close();
      workload?.close();
      await site?.remove();
    }, 120_000);

    const command = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await run(sealift, args, {
        env: site.context.env,
        cwd: site.context.folder.path,
      });
      expect(`exit ${code}\n${stderr}`).toMatch(/^exit 0\n/);
      return stdout;
    };
    const json = async <Schema extends z.ZodType>(schema: Schema, ...args: readonly string[]) =>
      schema.parse(JSON.parse(await command(...args, '--json')));
    const annotationsOf = async (kind: string, name: string) =>
      (await management.get<Annotated>(`${clusterApi}/${kind}/${name}`))?.metadata.annotations ?? {};
    const machines = () => management.list<Machine>(`${clusterApi}/machines`);
    const nodes = () => workload.list<Node>('/api/v1/nodes');
    const isAs = async (annotations: Readonly<Record<string, string>>): Promise<void> => {
      expect(await annotationsOf('machinehealthchecks', 'watched')).toEqual(annotations);
      expect(await annotationsOf('machinehealthchecks', 'off')).toEqual({ [paused]: 'by a person' });
    };
    const isLetGo = async (): Promise<void> => {
      await isAs({});
      expect(await annotationsOf('machinedeployments', workers)).toMatchObject(bounds);
      const { kubeconfig } = site.cluster.service.ready.management;
      expect((await endStateOf(kubeconfig)).filter((line) => held.test(line))).toEqual([]);
    };
    /** A machine under load has no time to look, and what goes on by itself ends some time: looked at until nothing blocks. */
    const begin = async (): Promise<Upgrade> => {
      const { id } = await json(upgradeSchema, 'upgrade', 'start', '--to', '4.2.13');
      const path = `/api/v1/upgrades/${id}/preflight`;
      return await waitUntil(
        'a preflight that blocks nothing',
        async () => {
          const draft = await site.administrator.api.post(path, {}, upgradeSchema);
          const room = draft.preflight.find(({ name }) => name === 'clone-room');
          if (room?.outcome === 'block' && draft.risks.length === 0) {
            const reason = 'this vCenter counts disks as if they were full, and has less than no room by then';
            await command('upgrade', 'accept-risk', 'clone-room', '--reason', reason, '--id', id);
          }
          if (draft.blockers.length > 0) throw new Error(draft.blockers.join('\n'));
          return draft;
        },
        600_000,
      );
    };
    const partly = async (): Promise<PartlyUpgraded | null> => (await json(summarySchema, 'status')).partlyUpgraded;
    let aborted = '';

    it('holds health checks and the autoscaler while machines are replaced', async () => {
      const { id, hash } = await begin();
      aborted = id;
      await command('upgrade', 'confirm', id, '--hash', hash ?? '');
      await waitUntil(
        'a machine of the new version beside the old ones',
        async () => {
          const all = await machines();
          const isThere = ({ spec, status }: Machine) => spec.version === newer && status?.nodeRef !== undefined;
          return all.some(isThere) && all.some(({ spec }) => spec.version === older);
        },
        900_000,
      );
      expect(await annotationsOf('machinehealthchecks', 'watched')).toMatchObject({ [paused]: 'true' });
      const pinned = await annotationsOf('machinedeployments', workers);
      for (const name of Object.keys(bounds)) expect(pinned[name]).toBe('3');
    });

    it('lets go of all of it when it is aborted, and names the state with both ways on', async () => {
      await command('upgrade', 'abort', aborted, '--reason', 'the night is over');
      await waitUntil(
        'the abort',
        async () => {
          const { state } = await site.administrator.api.get(`/api/v1/upgrades/${aborted}`, upgradeSchema);
          return state === 'aborted';
        },
        300_000,
      );
      await isLetGo();
      const { lockedBy, version } = await json(summarySchema, 'status');
      expect([lockedBy, version]).toEqual([null, '4.2.12']);
      const found = await partly();
      expect(found).toMatchObject({ upgrade: aborted, from: '4.2.12', to: '4.2.13', state: 'aborted' });
      expect(new Set(found?.nodes.map((one) => one.version))).toEqual(new Set(['1.36.3', '1.37.2']));
      expect(found?.continueBy).toContain('4.2.13');
      expect(found?.goBackBy).not.toBe('');
      const { rollback } = await site.administrator.api.get(
        `/api/v1/upgrades/${aborted}/rollback`,
        upgradeRollbackSchema,
      );
      process.stdout.write(`continue: ${found?.continueBy}\nback: ${found?.goBackBy}\n${JSON.stringify(rollback)}\n`);
      expect(rollback).not.toBeNull();
    });

    it('goes on by another upgrade to the same release, which does nothing twice and leaves nothing held or cordoned', async () => {
      const { id, hash } = await begin();
      expect(id).not.toBe(aborted);
      await command('upgrade', 'confirm', id, '--hash', hash ?? '', '--wait');
      const all = await nodes();
      expect(all.map(({ status }) => status.nodeInfo.kubeletVersion)).toEqual(Array.from({ length: 6 }, () => newer));
      expect(all.filter(({ spec }) => spec.unschedulable === true)).toEqual([]);
      expect(await machinesEverMade(site.cluster.service.ready.logs[0] ?? '')).toHaveLength(12);
      await isLetGo();
      const summary = await json(summarySchema, 'status');
      expect([summary.version, summary.partlyUpgraded]).toEqual(['4.2.13', null]);
      expect(summary.statements.map(({ holds }) => holds)).toEqual([true, true]);
    });
  },
);
