import type { SeenWait } from '@sealift/core/upgrade';
import { explain } from '@sealift/kubernetes/explain';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import { readiness } from '@sealift/kubernetes/readiness';
import { conditionsOf } from '@sealift/kubernetes/conditions';
import { z } from 'zod';
import { runningProviders } from '../providers/running.ts';

/** A rollout is looked at again and again: what does not answer must not hold that up. */
const lookMs = 3000;
/** Where they run on nodes that are replaced they move, for so long at most. */
const moveMs = 60_000;

const schema = z.object({
  spec: z.object({ replicas: z.number().nullish() }),
  status: z.object({ availableReplicas: z.number().nullish() }).nullish(),
});

/**
 * Managers of Cluster API that nobody runs now, since the nodes that are replaced may be theirs: then nothing moves, and no condition tells. One that is
 * wanted with no pods at all may run elsewhere. Where they cannot be looked at nothing is said of them.
 */
export async function managersAway(objects: Objects, now: Date, given: AbortSignal): Promise<readonly SeenWait[]> {
  const cancel = AbortSignal.any([given, AbortSignal.timeout(lookMs)]);
  try {
    const away = (await runningProviders(objects, cancel)).filter(isAway);
    return await Promise.all(away.map(async (one) => asWait(one, await whyAway(objects, one, cancel), now)));
  } catch {
    given.throwIfAborted();
    return [];
  }
}

function isAway(object: KubeObject): boolean {
  const { data } = schema.safeParse(object);
  return data !== undefined && (data.spec.replicas ?? 1) > 0 && (data.status?.availableReplicas ?? 0) === 0;
}

async function whyAway(objects: Objects, object: KubeObject, cancel: AbortSignal): Promise<SeenWait | null> {
  const { client, discovery } = objects;
  // That it is away stays true where nobody can say why.
  return await explain(client, object, { cancel, discovery }).then(
    ({ wait }) => wait,
    () => readiness(object).wait,
  );
}

function asWait(object: KubeObject, why: SeenWait | null, now: Date): SeenWait {
  const name = nameOf(referenceOf(object));
  const said = conditionsOf(object).get('Available');
  const since = (said?.status === 'False' ? said.since : null) ?? why?.since ?? null;
  const lasts = since !== null && now.getTime() - Date.parse(since) > moveMs;
  return {
    what: `no pod of ${name} is available, so Cluster API does not act${why === null ? '' : `: ${why.what}`}`,
    since,
    level: lasts || why?.level === 'blocked' ? 'blocked' : 'moving',
    object: { kind: object.kind, name: `${object.metadata.namespace ?? ''}/${object.metadata.name}` },
    impact: 'no machine is made or taken away meanwhile',
    reference: why?.reference ?? null,
    remedy: `${why?.remedy ?? `Look at its pods: kubectl -n ${object.metadata.namespace ?? ''} describe deployment ${object.metadata.name}.`} The rollout goes on by itself once it runs.`,
  };
}
