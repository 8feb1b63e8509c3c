import { z } from 'zod';
import type { KubeObject } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { conditionsOf, isoOf } from './conditions.ts';
import { servedKind } from './discovery.ts';
import { groups } from './names.ts';

/** A claim of an address that no pool has answered (IPAM contract of Cluster API). */
export interface OpenAddressClaim {
  readonly name: string;
  readonly pool: string;
  readonly createdAt: string | null;
  /** What the provider of the pool says. */
  readonly message: string;
}

const schema = z.object({
  spec: z.object({ poolRef: z.object({ kind: z.string(), name: z.string() }) }),
  status: z.object({ addressRef: z.object({ name: z.string().nullish() }).nullish() }).nullish(),
});

/** The claims in a namespace that have no address yet; they begin with the name of their machine. @throws KUBERNETES_… */
export async function openAddressClaims(
  objects: Objects,
  namespace: string,
  cancel?: AbortSignal,
): Promise<readonly OpenAddressClaim[]> {
  const kind = 'IPAddressClaim';
  const apiVersion = await servedKind(objects.discovery, { group: groups.addresses, kind }, cancel);
  if (apiVersion === undefined) return [];
  return (await objects.list({ apiVersion, kind, namespace }, cancel)).flatMap(openClaim);
}

function openClaim(object: KubeObject): OpenAddressClaim[] {
  const parsed = schema.safeParse(object);
  if (!parsed.success) return [];
  const { spec, status } = parsed.data;
  if ((status?.addressRef?.name ?? '') !== '') return [];
  const { name, creationTimestamp } = object.metadata;
  const conditions = conditionsOf(object);
  const message = conditions.get('Ready')?.message ?? '';
  return [{ name, pool: `${spec.poolRef.kind} ${spec.poolRef.name}`, createdAt: isoOf(creationTimestamp), message }];
}
