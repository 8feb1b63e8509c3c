import type { SeenWait } from '@sealift/core/upgrade';
import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { conditionsSchema, isTrue } from '../conditions.ts';
import type { Related } from '../related.ts';
import { waitOf } from '../result.ts';
import { deletionAsked, timeOf } from '../times.ts';
import { latestEvent } from './event.ts';
import { refusal } from './refusal.ts';
import { troubleOf } from './trouble.ts';

const fields = z.object({ status: z.object({ phase: z.string().nullish(), conditions: conditionsSchema }).nullish() });
const order: readonly SeenWait['level'][] = ['failed', 'blocked', 'stalled', 'slow', 'moving'];

/** The worst that stands in the way of an object with pods: a refusal to make them, else what is wrong with one of them. */
export function worstOf(object: KubeObject, related: Related): SeenWait | undefined {
  const troubles = (related.pods ?? [])
    .filter((pod) => !isWell(pod) && (object.kind === 'Job' || !hasFailed(pod)))
    .flatMap((pod) => (isEnding(pod) ? [ending(pod)] : (troubleOf(pod, related) ?? [])));
  const refused = refusedBy([object, ...(related.between ?? [])], related);
  const [worst] = [...(refused === undefined ? [] : [refused]), ...troubles].toSorted(
    (one, other) => order.indexOf(one.level) - order.indexOf(other.level),
  );
  return worst;
}

/** It is up, or ended well: not what anybody waits for. */
export function isWell(pod: KubeObject): boolean {
  const { data } = fields.safeParse(pod);
  if (isEnding(pod)) return false;
  return data?.status?.phase === 'Succeeded' || isTrue(data?.status?.conditions, 'Ready');
}

/** A controller that keeps pods running replaces one that was evicted, and lets it lie. */
function hasFailed(pod: KubeObject): boolean {
  return fields.safeParse(pod).data?.status?.phase === 'Failed';
}

function isEnding({ metadata: { deletionTimestamp } }: KubeObject): boolean {
  return deletionTimestamp !== undefined && deletionTimestamp !== null;
}

function ending(pod: KubeObject): SeenWait {
  return waitOf(pod, 'is being ended', { since: deletionAsked(pod.metadata) });
}

/** Controllers that have no condition for it tell a refusal by an event alone. */
function refusedBy(makers: readonly KubeObject[], { events, pods }: Related): SeenWait | undefined {
  for (const maker of makers) {
    const { data } = fields.safeParse(maker);
    const isNow = isTrue(data?.status?.conditions, 'ReplicaFailure');
    const event = latestEvent(events, maker, ['FailedCreate']);
    if (event === undefined || (!isNow && isPast(event.last, maker, pods))) continue;
    return refusal(maker, event.message, { since: event.since }).wait ?? undefined;
  }
  return undefined;
}

/** A pod of it was made after the refusal, which therefore is over; an event stays for an hour. */
function isPast(last: string | null, maker: KubeObject, pods: readonly KubeObject[] | undefined): boolean {
  return (pods ?? []).some(({ metadata }) => {
    const isOwn = metadata.ownerReferences?.some(({ uid }) => uid === maker.metadata.uid) === true;
    return isOwn && (timeOf(metadata.creationTimestamp) ?? '') > (last ?? '');
  });
}
