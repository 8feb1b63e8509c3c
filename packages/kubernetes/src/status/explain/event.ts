import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { readAll } from '../read-part.ts';
import { spoken } from '../spoken.ts';
import { timeOf } from '../times.ts';

const time = z.string().nullish();
const schema = z.object({
  metadata: z.object({ creationTimestamp: time }),
  involvedObject: z.object({ uid: z.string().nullish(), kind: z.string().nullish(), name: z.string().nullish() }),
  type: z.string().nullish(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  firstTimestamp: time,
  lastTimestamp: time,
  eventTime: time,
  series: z.object({ lastObservedTime: time }).nullish(),
});

/** What an event says, fit to be shown. */
export interface Told {
  readonly reason: string;
  readonly message: string;
  /** When it was seen first, and last. */
  readonly since: string | null;
  readonly last: string | null;
}

/** The latest warning about an object, of the reasons given if any are. One about an earlier object of the same name says nothing about this one. */
export function latestEvent(
  events: readonly KubeObject[] | undefined,
  { metadata: { uid } }: KubeObject,
  reasons?: readonly string[],
): Told | undefined {
  if (uid === undefined) return undefined;
  return readAll(events, schema)
    .filter(({ involvedObject, type }) => involvedObject.uid === uid && (type === 'Warning' || reasons !== undefined))
    .filter(({ reason }) => reasons === undefined || reasons.includes(reason ?? ''))
    .map(tell)
    .toSorted((one, other) => (one.last ?? '').localeCompare(other.last ?? ''))
    .at(-1);
}

function tell(event: z.infer<typeof schema>): Told {
  const { reason, message, firstTimestamp, lastTimestamp, eventTime, series, metadata } = event;
  const made = timeOf(metadata.creationTimestamp);
  const first = timeOf(firstTimestamp) ?? timeOf(eventTime) ?? made;
  return {
    reason: spoken(reason ?? '', 100),
    message: spoken(message ?? ''),
    since: first,
    last: timeOf(series?.lastObservedTime) ?? timeOf(lastTimestamp) ?? first,
  };
}
