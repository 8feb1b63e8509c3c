import { z } from 'zod';
import type { Objects } from '../objects/objects.ts';
import { servedKind } from './discovery.ts';
import { groups } from './names.ts';
import { groupOf, type ProviderReference, providerReference } from './reference.ts';
import type { MachineTemplate } from './templates.ts';

/** A pool of addresses of Cluster API's in-cluster provider, as it counts itself. */
export interface AddressPool {
  readonly kind: string;
  readonly name: string;
  readonly total: number;
  readonly free: number;
}

const templateSchema = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        network: z
          .object({
            devices: z.array(z.object({ addressesFromPools: z.array(providerReference).nullish() })).nullish(),
          })
          .nullish(),
      }),
    }),
  }),
});

/** The pools that each machine of a template takes an address of, once for each that it takes. */
export function poolsOf({ object }: MachineTemplate): readonly ProviderReference[] {
  const { data } = templateSchema.safeParse(object);
  return (data?.spec.template.spec.network?.devices ?? []).flatMap((device) => device.addressesFromPools ?? []);
}

const kinds = ['InClusterIPPool', 'GlobalInClusterIPPool'];
const count = z.number().int().min(0).nullish();
const poolSchema = z.object({
  status: z.object({ ipAddresses: z.object({ total: count, free: count }).nullish() }).nullish(),
});

/**
 * Reads a pool of the in-cluster provider (`ipam.cluster.x-k8s.io`, InClusterIPPool and GlobalInClusterIPPool).
 *
 * @param namespace of the machines, in which a pool that has a namespace is
 * @returns 'missing' where it is not there; undefined for a kind of another provider, and for one that does not count its addresses
 * @throws KUBERNETES_…
 */
export async function readAddressPool(
  objects: Objects,
  namespace: string,
  at: ProviderReference,
  cancel?: AbortSignal,
): Promise<AddressPool | 'missing' | undefined> {
  const { kind, name } = at;
  if (groupOf(at) !== groups.addresses || !kinds.includes(kind)) return undefined;
  const wanted = { group: groups.addresses, kind, asWritten: at.apiVersion };
  let apiVersion = await servedKind(objects.discovery, wanted, cancel);
  if (apiVersion === undefined) {
    // Its provider may have been installed since the server was asked what it serves.
    objects.discovery.forget();
    apiVersion = await servedKind(objects.discovery, wanted, cancel);
  }
  if (apiVersion === undefined) return 'missing';
  const object = await objects.get({ apiVersion, kind, namespace, name }, cancel);
  if (object === undefined) return 'missing';
  const { total, free } = poolSchema.safeParse(object).data?.status?.ipAddresses ?? {};
  if (total === null || total === undefined) return undefined;
  // None is written as no number at all.
  return { kind, name, total, free: free ?? 0 };
}
