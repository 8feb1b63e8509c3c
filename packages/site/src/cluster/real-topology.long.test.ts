import { Secret } from '@sealift/core/secret';
import { KubeApi, type KubeObject } from '@sealift/testkit/site/kube-api';
import { sitePeers, siteVersions } from '@sealift/testkit/site/programs';
import { templateName } from '@sealift/testkit/site/site-objects';
import { reuseSite } from '@sealift/testkit/site/reuse-site';
import type { Site } from '@sealift/testkit/site/site';
import { waitUntil } from '@sealift/testkit/wait-until';
import type { NodeGroup, RolloutStatus } from '@sealift/upgrade/ports/cluster';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { VcenterSession } from '../vcenter/session.ts';
import { ClusterAccess } from './cluster-access.ts';
import { vcenterDisks } from './rollout/machine-disks.ts';
import { vcenterTemplates } from './rollout/vcenter-templates.ts';
import { clusterRollouts, type RolloutPort } from './rollouts.ts';
import { makeTemplate } from './testing/templates.ts';

vi.setConfig({ testTimeout: 900_000 });

const peers = sitePeers();
const never = new AbortController().signal;
const version = siteVersions.newer.replace(/^v/, '');
const core = '/apis/cluster.x-k8s.io/v1beta2/namespaces/default';

interface Machine extends KubeObject {
  readonly spec: { readonly version: string };
}

describe.skipIf(peers.missing)(`nodes of a real site by a ClusterClass (${peers.remedy})`, () => {
  let site: Site;
  let management: KubeApi;
  let port: RolloutPort;
  let session: VcenterSession;
  let access: ClusterAccess;
  let enterprise: ClusterAccess;

  beforeAll(async () => {
    site = await reuseSite({ topology: true });
    management = await KubeApi.fromKubeconfig(site.management.kubeconfig);
    const { url, username, password, caFile } = site.vcenter;
    const settings = { url, username, password: new Secret(password), caFile, places: {}, networks: [] };
    session = new VcenterSession(settings);
    access = new ClusterAccess({ kubeconfig: site.management.kubeconfig });
    enterprise = new ClusterAccess({ kubeconfig: site.workload.kubeconfig });
    port = clusterRollouts({
      objects: () => access.objects(),
      enterprise: () => enterprise.objects(),
      templates: vcenterTemplates(session, settings),
      disks: vcenterDisks(session),
      cluster: undefined,
    });
  }, 900_000);
  afterAll(async () => {
    management?.close();
    await access?.close();
    await enterprise?.close();
    await session?.close();
    await site?.stop();
  });

  /** Rolls one group as the engine does; every Machine that was ever seen is in `seen`, with its version. */
  const roll = async (group: NodeGroup, template: string, seen: Map<string, string>): Promise<RolloutStatus> =>
    waitUntil(
      `the ${group} to roll`,
      async () => {
        for (const { metadata, spec } of await management.list<Machine>(`${core}/machines`)) {
          seen.set(metadata.name, spec.version);
        }
        const { desired, wait, due, ...status } = await port.rollout(group, never);
        const isAsked = desired.version === version && desired.template === template;
        if (!isAsked || due !== undefined) await port.setRollout(group, { version, template }, never);
        return isAsked && wait === null && due === undefined ? { desired, wait, ...status } : undefined;
      },
      600_000,
    );
  const versionsOf = (seen: ReadonlyMap<string, string>): number[] =>
    [siteVersions.older, siteVersions.newer].map((one) => [...seen.values()].filter((is) => is === one).length);
  const cluster = async () => await management.get<KubeObject>(`${core}/clusters/enterprise`);

  it('are replaced once each, the control plane first and pool by pool, by one change of the topology each', async () => {
    const template = templateName(siteVersions.newer);
    const seen = new Map<string, string>();
    expect(await roll('control-plane', template, seen)).toMatchObject({ updated: 3, total: 3 });
    // No worker has moved: they do not follow the control plane with the version alone.
    expect(versionsOf(seen)).toEqual([7, 3]);
    expect(await roll('workers', template, seen)).toMatchObject({ updated: 4, total: 4 });
    expect(versionsOf(seen)).toEqual([7, 7]);
    const nodes = await port.nodes(never);
    expect(nodes.every((node) => node.version === version && node.template === template)).toBe(true);
    expect(await site.controls.virtualMachines()).toHaveLength(7);
    expect(await site.controls.etcdMembers()).toHaveLength(3);
    expect(JSON.stringify(await cluster())).not.toContain('defer-upgrade');
    expect((await port.rollout('workers', never)).held).toBeUndefined();
  });

  it('take another image of the same version, each once', async () => {
    const template = 'r_u-2204-0-k-1372-1';
    await makeTemplate(site.vcenter, template, version);
    const seen = new Map<string, string>();
    expect(await roll('workers', template, seen)).toMatchObject({ updated: 4, total: 4 });
    expect(seen.size).toBe(7 + 4);
  });
});
