import { join } from 'node:path';
import { startRealCluster } from '@sealift/cli/demo/cluster/real-cluster';
import type { DemoContext } from '@sealift/cli/demo/demo-context';
import { installed } from '@sealift/cli/demo/demo-environment';
import { syncRegistry } from '@sealift/cli/demo/platform';
import { type Upgrade, upgradeSchema } from '@sealift/core/api';
import type { Check } from '@sealift/core/check';
import { peer } from '@sealift/testkit/peers';
import { apiServerFlags } from '@sealift/testkit/site/api-server-flags';
import { KubeApi, type KubeObject } from '@sealift/testkit/site/kube-api';
import { ownMinorPeers } from '@sealift/testkit/site/programs';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Canary } from './setup/canary.ts';
import { differingLines, endStateOf } from './setup/end-state.ts';
import { supportHost, type TypedIn, typeBlock } from './setup/guide.ts';
import { makeKeptObjects, readKeptObjects, touchKeptObjects } from './setup/kept-objects.ts';
import { type RealEnvironment, startRealEnvironment } from './setup/real-environment.ts';
import { layOutPrograms } from './setup/rehearsal-programs.ts';
import { type Finished, run, sealift } from './setup/sealift.ts';

const absent = [ownMinorPeers(), peer('helm'), peer('govc'), peer('qemu-img')].find(({ missing }) => missing);
const tools = {
  etcd: peer('etcd-3.6'),
  etcdutl: peer('etcdutl-3.6'),
  old: peer('kube-apiserver-1.36.3'),
  new: peer('kube-apiserver'),
};
const controlPlanePath =
  '/apis/controlplane.cluster.x-k8s.io/v1beta2/namespaces/default/kubeadmcontrolplanes/enterprise-control-plane';
const etcdPods = '/api/v1/namespaces/kube-system/pods';
const anotherKind = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.test.sealift.dev' },
  spec: {
    group: 'test.sealift.dev',
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};
/** Where those of a rehearsal are, by their names in the guide. */
const programs = ({ folder }: DemoContext): string => join(folder.temporary, 'rehearsal');
/** No client may be without an answer for so long. */
const mostAwayMs = 2000;

interface ControlPlane extends KubeObject {
  readonly spec: { readonly kubeadmConfigSpec: object };
  readonly status?: { readonly upToDateReplicas?: number };
}

interface Pod extends KubeObject {
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
}

/** What the newer minor, Cluster API and the upgrade itself leave otherwise, and what says of machines which they are; each line of `endStateOf` begins so. */
const otherwise: readonly RegExp[] = [
  // The newer minor writes its own rules of RBAC even while it emulates; the older one leaves them.
  /^ClusterRole .*"name":"system:controller:node-controller"/,
  /^ConfigMap .*"name":"(?:canary|kubeadm-config|cluster-info)"/,
  // One to a machine that joined.
  /^Secret .*"name":"bootstrap-token-/,
  /^(?:Node|CertificateSigningRequest) /,
  // For whom a machine joins.
  /^(?:Role|RoleBinding|ClusterRole|ClusterRoleBinding) .*"name":"(?:kubeadm:|cluster-api)/,
  // Which volumes and nodes there are, as they are reported.
  /^(?:VolumeAttachment|ResourceQuota|FlowSchema|PriorityLevelConfiguration|APIService) /,
];

describe.skipIf(absent !== undefined)(
  `a Kubernetes minor that is taken back on a real cluster${absent === undefined ? '' : ` (${absent.remedy})`}`,
  { timeout: 3_600_000 },
  () => {
    let site: RealEnvironment;
    let workload: KubeApi;
    let management: KubeApi;
    let canary: Canary;
    beforeAll(async () => {
      site = await startRealEnvironment(undefined, async (context, vendor) => {
        const folder = programs(context);
        await layOutPrograms(folder, tools);
        const cluster = await startRealCluster(context, vendor, { version: installed, ownMinors: true });
        return { ...cluster, consoleArgs: [...cluster.consoleArgs, '--rehearsal-programs', folder] };
      });
      const { ready } = site.cluster.service;
      workload = await KubeApi.fromKubeconfig(ready.workload.kubeconfig);
      management = await KubeApi.fromKubeconfig(ready.management.kubeconfig);
      await makeKeptObjects(workload);
      await syncRegistry(site.administrator.api, site.context.cancel);
      canary = new Canary(ready.workload.kubeconfig);
    }, 2_400_000);
    afterAll(async () => {
      await canary?.stop();
      workload?.close();
      management?.close();
      await site?.remove();
    }, 120_000);

    const url = (id: string, rest = ''): string => `/api/v1/upgrades/${id}${rest}`;
    const read = (id: string) => site.administrator.api.get(url(id), upgradeSchema);
    const until = (what: string, id: string, holds: (upgrade: Upgrade) => boolean) =>
      waitUntil(
        what,
        async () => {
          const upgrade = await read(id);
          if (holds(upgrade)) return upgrade;
          const isStuck = upgrade.state.includes('needs-human') || upgrade.state === 'failed';
          if (isStuck) throw new Error(`${upgrade.state}: ${upgrade.failure?.message}`);
          return undefined;
        },
        1_500_000,
      );
    const command = async (...args: string[]): Promise<string> => {
      const options = { env: site.context.env, cwd: site.context.folder.path };
      const { code, stdout, stderr } = await run(sealift, args, options);
      expect(`exit ${code} ${stderr}`).toMatch(/^exit 0 /);
      return stdout;
    };
    const at = (instead: Readonly<Record<string, string>> = {}): TypedIn => ({
      ...supportHost(site.context),
      instead,
    });
    const done = ({ code, stdout, stderr }: Finished): string => {
      expect(`exit ${code} ${stderr}`).toMatch(/^exit 0 /);
      return stdout;
    };
    const controlPlane = async (): Promise<ControlPlane> => {
      const found = await management.get<ControlPlane>(controlPlanePath);
      if (found === undefined) throw new Error('there is no control plane');
      return found;
    };
    /** Which programs run: of each API server its minor and what it emulates, and the tags of etcd. */
    const running = async () => {
      const flags = await apiServerFlags(site.cluster.service.ready.logs[1] ?? '');
      const servers = flags.map((one) => {
        const emulates = /--emulated-version=(\S+)/.exec(one)?.[1];
        return `${one.includes('kubernetes-1.36/kube-apiserver') ? '1.36' : '1.37'}${emulates === undefined ? '' : ` as ${emulates}`}`;
      });
      const pods = (await workload.list<Pod>(etcdPods)).filter(
        ({ metadata }) => metadata.labels?.['component'] === 'etcd',
      );
      const tags = pods.map(({ spec }) => spec.containers[0]?.image.split(':').at(-1));
      return { servers: [...new Set(servers)].sort(), etcd: [...new Set(tags)], members: pods.length };
    };
    const older = { servers: ['1.36'], etcd: ['3.6.8-0'], members: 3 };
    const emulating = { servers: ['1.37 as 1.36'], etcd: ['3.6.8-0'], members: 3 };
    const newer = { servers: ['1.37'], etcd: ['3.7.0-0'], members: 3 };

    const away: number[] = [];
    /** What was seen, for the one who reads the run. */
    const tell = (what: string, began: number, differing: readonly string[]): void => {
      const { written, failed, longestMs } = canary.take();
      const seconds = Math.round((performance.now() - began) / 1000);
      process.stdout.write(
        `${what}: ${seconds} s; canary ${written} written, ${failed} failed, longest ${Math.round(longestMs)} ms; other objects: ${differing.length}\n${differing.map((line) => `  ${line.slice(0, 160)}\n`).join('')}`,
      );
      away.push(longestMs);
    };
    const endState = () => endStateOf(site.cluster.service.ready.workload.kubeconfig);
    const unnamed = (lines: readonly string[]) =>
      lines.filter((line) => !otherwise.some((one) => one.test(line.slice(2))));

    const begin = async (): Promise<Upgrade> => {
      const begun = await typeBlock('reversible-minor.md', 'sealift upgrade start', at({ '4.3.0': '4.2.13' }));
      expect(done(begun)).toMatch(/point of no return.*\n +Finalise: /);
      let draft: Upgrade = upgradeSchema.parse(JSON.parse(await command('upgrade', 'status', '--json')));
      // A machine under load has no time to look; a check says then that it does not know.
      const isUnknown = ({ name, outcome }: Check) => outcome === 'unknown' && name !== 'rehearsal';
      for (let looks = 1; looks < 20 && draft.preflight.some(isUnknown); looks += 1) {
        draft = await site.administrator.api.post(url(draft.id, '/preflight'), {}, upgradeSchema);
      }
      return draft;
    };
    const rehearsalOf = ({ preflight }: Upgrade) => preflight.find(({ name }) => name === 'rehearsal');
    /** Each draft would be rehearsed anew; here one is, and for the others a person goes on without. */
    const confirm = async (draft: Upgrade): Promise<string> => {
      const accept = (check: string, reason: string) =>
        command('upgrade', 'accept-risk', check, '--reason', reason, '--id', draft.id);
      // Machines of this site have every etcd, and pull none.
      const etcd = draft.preflight.find(({ name }) => name === 'pinned-etcd-image');
      expect(etcd).toMatchObject({ outcome: 'block', risk: { objects: ['registry.k8s.io/etcd:3.6.8-0'] } });
      await accept('pinned-etcd-image', 'the node image brings it');
      if (rehearsalOf(draft)?.outcome === 'unknown') await accept('rehearsal', 'it was rehearsed');
      const { id, blockers } = await read(draft.id);
      expect(blockers).toEqual([]);
      done(await typeBlock('reversible-minor.md', 'sealift upgrade confirm', at()));
      return id;
    };
    const isBaked = ({ finalise }: Upgrade): boolean => finalise?.stage === 'waits';
    const goBack = async (id: string): Promise<void> => {
      done(await typeBlock('reversible-minor.md', 'sealift upgrade pause ID', at({ ID: id })));
      await until('the way back', id, ({ state }) => state === 'rolled-back');
    };

    it('is refused before Confirm where etcd cannot be pinned', async () => {
      expect(await running()).toEqual(older);
      const [pod] = (await workload.list<Pod>(etcdPods)).filter(
        ({ metadata }) => metadata.labels?.['component'] === 'etcd',
      );
      const path = `${etcdPods}/${pod?.metadata.name}`;
      const image = (tag: string) => ({
        spec: { containers: [{ name: 'etcd', image: `registry.k8s.io/etcd:${tag}` }] },
      });
      await workload.merge(path, image('3.7.0-0'));
      const { preflight, blockers } = await begin();
      expect(preflight.find(({ name }) => name === 'reversible')).toMatchObject({
        outcome: 'block',
        detail: expect.stringContaining('etcd cannot be pinned'),
      });
      expect(blockers.join()).toContain('etcd cannot be pinned');
      await workload.merge(path, image('3.6.8-0'));
    });

    it('is rehearsed by the console: emulating, back from there, and as it is finalised; the preflight tells', async () => {
      const draft = await begin();
      expect(rehearsalOf(draft)).toMatchObject({
        outcome: 'unknown',
        detail: expect.stringContaining('not rehearsed yet') as string,
      });
      // Either command ends with 2 where something was found.
      const told = await typeBlock('rehearse-a-minor.md', 'sealift upgrade rehearse   ', { ...at(), goesOn: true });
      process.stdout.write(`${told.stderr}${told.stdout}`);
      expect(told.stdout).toContain('Rehearsed from 1.36.3 to 1.37.2, emulating 1.36, and back');
      expect(told.stdout).toMatch(
        /^preflight (?:pass|warn): The new Kubernetes was rehearsed on a copy of the cluster/m,
      );
      const { rehearsal } = await read(draft.id);
      const ways = rehearsal?.ways ?? [];
      expect(ways.map(({ way, other, emulated, served }) => [way, other, emulated, served])).toEqual([
        ['forward', 'v1.37.2', '1.36', true],
        ['back', 'v1.36.3', null, true],
        ['forward', 'v1.37.2', null, true],
      ]);
      for (const { way, objects, findings, unlooked } of ways) {
        const found = findings.map(({ kind, object, text }) => `${kind} ${object} ${text}`);
        process.stdout.write(`${way}: ${objects} objects; ${[...found, ...unlooked].join('; ')}\n`);
        expect(objects).toBeGreaterThan(150);
        expect(findings.filter(({ kind }) => kind !== 'dropped-field' && kind !== 'orphan')).toEqual([]);
      }
      const check = await waitUntil('the preflight to tell', async () => {
        const found = rehearsalOf(await read(draft.id));
        return found?.outcome === 'unknown' ? undefined : found;
      });
      expect(check).toMatchObject({ outcome: ways.some(({ found }) => found > 0) ? 'warn' : 'pass' });
      // Of another cluster it tells nothing.
      const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
      await workload.create(definitions, anotherKind);
      const again = await site.administrator.api.post(url(draft.id, '/preflight'), {}, upgradeSchema);
      expect(rehearsalOf(again)?.detail).toContain('were changed since');
      await workload.delete(`${definitions}/${anotherKind.metadata.name}`);
    });

    it('is rehearsed on a copy that is taken from the cluster itself, in both directions, and on one that was kept', async () => {
      const { workload: enterprise, management: machines } = site.cluster.service.ready;
      // Cluster API runs in another cluster here.
      const clusters = `--kubeconfig ${enterprise.kubeconfig} --management-kubeconfig ${machines.kubeconfig}`;
      const instead = { '--kubeconfig enterprise.kubeconfig': clusters };
      // Both directions end with 2 where something was found.
      const typed = { ...at(), cwd: programs(site.context), goesOn: true } as const;
      const live = await typeBlock('rehearse-a-minor.md', '# Forward:', { ...typed, instead });
      done(await typeBlock('rehearse-a-minor.md', 'sealift cluster snapshot-etcd', { ...typed, instead }));
      const kept = await typeBlock('rehearse-a-minor.md', 'sealift upgrade rehearse --etcd-snapshot', typed);
      const forward = 'From v1.36.3 to v1.37.2 emulating 1.36';
      for (const [{ code, stdout, stderr }, ways] of [
        [live, [forward, 'From v1.37.2 to v1.36.3']],
        [kept, [forward]],
      ] as const) {
        process.stdout.write(`${stdout}${stderr}`);
        expect([0, 2]).toContain(code);
        expect(stdout.match(/^From .*$/gm)).toEqual(ways);
        const objects = [...stdout.matchAll(/^(\d+) objects listed/gm)].map(([, count]) => Number(count));
        expect(objects.map((count) => count > 150)).toEqual(ways.map(() => true));
        const kinds = [...stdout.matchAll(/^([a-z-]+): \S/gm)].map(([, kind]) => kind);
        expect(kinds.filter((kind) => kind !== 'dropped-field')).toEqual([]);
        expect(stderr).not.toMatch(/did not serve|Could be listed by neither/);
      }
    });

    it('goes forward and back, forward and back from midway, and forward to its end, with all objects kept', async () => {
      const spec = (await controlPlane()).spec;
      let state = await endState();
      const forward = async (what: string): Promise<string> => {
        const began = performance.now();
        const kept = await readKeptObjects(workload);
        const id = await confirm(await begin());
        await until('the control plane to emulate', id, isBaked);
        expect(await running()).toEqual(emulating);
        expect(await readKeptObjects(workload)).toEqual(kept);
        const after = await endState();
        tell(what, began, differingLines(state, after));
        expect(unnamed(differingLines(state, after))).toEqual([]);
        await touchKeptObjects(workload, what);
        return id;
      };
      const isAsBefore = async (what: string, began: number, kept: readonly string[]): Promise<void> => {
        expect(await running()).toEqual(older);
        expect((await controlPlane()).spec).toEqual(spec);
        expect(await readKeptObjects(workload)).toEqual(kept);
        const after = await endState();
        tell(what, began, differingLines(state, after));
        expect(unnamed(differingLines(state, after))).toEqual([]);
        await touchKeptObjects(workload, what);
        state = await endState();
      };

      const first = await forward('forward');
      state = await endState();
      let kept = await readKeptObjects(workload);
      let began = performance.now();
      await goBack(first);
      await isAsBefore('back', began, kept);

      began = performance.now();
      kept = await readKeptObjects(workload);
      const second = await confirm(await begin());
      await waitUntil(
        'the first new machine',
        async () =>
          ((await controlPlane()).status?.upToDateReplicas ?? 3) === 1 && (await running()).servers.length === 2,
        600_000,
      );
      await goBack(second);
      await isAsBefore('back from midway', began, kept);

      const third = await forward('forward again');
      began = performance.now();
      done(await typeBlock('reversible-minor.md', 'sealift upgrade finalise ID', at({ ID: third })));
      await until('the end', third, (upgrade) => upgrade.state === 'succeeded');
      expect(await running()).toEqual(newer);
      tell('finalised, workers, etcd, layers', began, []);
      await touchKeptObjects(workload, 'finalised');
      // Said at the end, so that a busy machine does not keep the rest from being seen.
      expect(Math.max(...away)).toBeLessThan(mostAwayMs);
    });
  },
);
