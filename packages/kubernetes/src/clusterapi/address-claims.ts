import { z } from 'zod';
import type { KubeObject } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { conditionsOf, isoOf } from './conditions.ts';
import { servedKind } from './discovery.ts';
import { groups } from './names.ts';

/** A claim of an address (IPAM contract of Cluster API). It begins with the name of the machine that it is for. */
export interface AddressClaim {
  readonly name: string;
  /** Whether a pool has answered it. */
  readonly isBound: boolean;
  readonly pool: string;
  readonly createdAt: string | null;
  /** What the provider of the pool says. */
  readonly message: string;
}

const schema = z.object({
  spec: z.object({ poolRef: z.object({ kind: z.string(), name: z.string() }) }),
  status: z.object({ addressRef: z.object({ name: z.string().nullish() }).nullish() }).nullish(),
});

/** The claims in a namespace; none where no addresses are claimed. @throws KUBERNETES_… */
export async function listAddressClaims(
  objects: Objects,
  namespace: string,
  cancel?: AbortSignal,
): Promise<readonly AddressClaim[]> {
  const kind = 'IPAddressClaim';
  const apiVersion = await servedKind(objects.discovery, { group: groups.addresses, kind }, cancel);
  if (apiVersion === undefined) return [];
  return (await objects.list({ apiVersion, kind, namespace }, cancel)).flatMap(claimOf);
}

function claimOf(object: KubeObject): AddressClaim[] {
  const parsed = schema.safeParse(object);
  if (!parsed.success) return [];
  const { spec, status } = parsed.data;
  const isBound = (status?.addressRef?.name ?? '') !== '';
  const { name, creationTimestamp } = object.metadata;
  const conditions = conditionsOf(object);
  const message = conditions.get('Ready')?.message ?? '';
  return [
    { name, isBound, pool: `${spec.poolRef.kind} ${spec.poolRef.name}`, createdAt: isoOf(creationTimestamp), message },
  ];
}
