import type { SiteCheck } from '@sealift/core/site';
import { KubernetesClient } from '@sealift/kubernetes/client';
import { Objects } from '@sealift/kubernetes/objects';
import { VcenterClient } from '@sealift/vsphere/client';
import { readReadiness } from '@sealift/vsphere/readiness';
import { parseThumbprint } from '@sealift/vsphere/thumbprint';
import type { SiteSettings, VcenterLogin } from '../settings.ts';
import { lookAtImageRegistry } from './look-at-image-registry.ts';
import { lookAtEnterprise, lookAtManagement, lookAtMembers } from './look-at-clusters.ts';
import { runLook } from './run-look.ts';

/** A person waits for two of them, one after the other; a vCenter of some size takes its time. */
const timeoutMs = 25_000;
const retryDelaysMs = [500, 1000];

/**
 * Looks whether settings lead to a site: logs in to vCenter, finds the places, asks both API servers, whether they belong together,
 * and the registry that nodes pull from.
 * Changes nothing and keeps nothing open; each look has its own end in time, and says what it found.
 */
export async function lookAtSite(settings: SiteSettings): Promise<readonly SiteCheck[]> {
  const [vcenter, clusters] = await Promise.all([lookAtVcenter(settings), lookAtClusters(settings)]);
  return [...vcenter, ...clusters];
}

async function lookAtVcenter(settings: SiteSettings): Promise<readonly SiteCheck[]> {
  const look = { name: 'vcenter', title: 'vCenter answers and accepts the account', field: 'vcenter.url' } as const;
  const { check, result: client } = await runLook(look, timeoutMs, async (cancel) => {
    const client = await connectTo(settings, cancel);
    return { detail: client.content.about.fullName, result: client };
  });
  if (client === undefined) return [check];
  try {
    return [check, await lookAtPlaces(client, settings)];
  } finally {
    await client.close();
  }
}

/** Logs in to a vCenter for somebody who waits. @throws what connecting throws */
export async function connectTo({ thumbprint, ...login }: VcenterLogin, cancel: AbortSignal): Promise<VcenterClient> {
  const pinned = thumbprint === undefined ? undefined : parseThumbprint(thumbprint);
  const client = await VcenterClient.connect({ ...login, thumbprint: pinned, retryDelaysMs, cancel });
  // Who waited has gone, and nobody else would log out.
  if (cancel.aborted) {
    await client.close();
    cancel.throwIfAborted();
  }
  return client;
}

async function lookAtPlaces(client: VcenterClient, { places, networks }: SiteSettings): Promise<SiteCheck> {
  const look = { name: 'places', title: 'Every place for templates is there', field: 'places.datacenter' } as const;
  // A network of the image that is mapped is looked at when the image is known.
  const named = networks.filter((name) => !name.includes('='));
  const { check } = await runLook(look, timeoutMs, async (cancel) => {
    const { folder, datastore, lacking } = await readReadiness(client, places, cancel, named);
    const made = folder.present ? '' : ' (made with the first template)';
    const privileges = lacking.map(({ on, privileges: ids }) => `${on}: ${ids.join(', ')}`).join('; ');
    const detail = `Templates go to ${folder.path}${made}, disks to ${datastore.name}`;
    if (lacking.length === 0) return { detail, result: undefined };
    const remedy = 'Make a role with sealift vsphere role --create and give it to the account there.';
    return { detail: `${detail}. The account lacks ${privileges}`, result: undefined, warning: { remedy } };
  });
  return check;
}

async function lookAtClusters({
  enterprise,
  management,
  cluster,
  imageRegistry,
}: SiteSettings): Promise<readonly SiteCheck[]> {
  const clients: KubernetesClient[] = [];
  const open = async (choice: SiteSettings['enterprise']): Promise<Objects> => {
    const client = await KubernetesClient.connect({ ...choice, retryDelaysMs });
    clients.push(client);
    return new Objects(client);
  };
  try {
    const [own, machines] = await Promise.all([
      lookAtEnterprise(() => open(enterprise), timeoutMs),
      lookAtManagement(() => open(management ?? enterprise), {
        timeoutMs,
        cluster,
        field: management === undefined ? 'enterprise' : 'management',
      }),
    ]);
    const members = lookAtMembers(own.result, machines.result, management === undefined ? 'enterprise' : 'management');
    // The login stands in the cluster: while that is not there, nothing can be said of it.
    const images =
      imageRegistry === undefined || own.result === undefined
        ? []
        : [await lookAtImageRegistry(imageRegistry, () => open(enterprise), timeoutMs)];
    return [own.check, machines.check, ...members, ...images];
  } finally {
    for (const client of clients) client.close();
  }
}
