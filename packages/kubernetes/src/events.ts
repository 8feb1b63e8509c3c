import { z } from 'zod';
import { accepted, readable } from './connection/answer.ts';
import { type KubernetesClient, objectPath } from './connection/client.ts';
import { decode } from './connection/decode.ts';

/** An event, its texts cut and fit for a page. */
export interface KubeEvent {
  readonly type: 'Warning' | 'Normal';
  readonly reason: string;
  readonly message: string;
  readonly object: { readonly kind: string; readonly namespace: string | null; readonly name: string };
  readonly reporter: string;
  readonly count: number;
  readonly firstAt: string | null;
  readonly lastAt: string | null;
}

/** The newest events, and whether there are others. */
export interface NewestEvents {
  readonly events: readonly KubeEvent[];
  readonly more: boolean;
}

const pageSize = 500;
/** Events of one type that are read: the API gives them in the order of their names, so the newest may be on the last page. */
const pageLimit = 20;
const longest = { name: 253, word: 128, message: 1024 };

const text = z.string().nullish();
const count = z.number().int().nonnegative().nullish();
/** Both generations of an event: `v1` shows those that were written through `events.k8s.io` too. */
const eventSchema = z.object({
  type: text,
  reason: text,
  message: text,
  count,
  firstTimestamp: text,
  lastTimestamp: text,
  eventTime: text,
  metadata: z.object({ creationTimestamp: text }),
  involvedObject: z.object({ kind: text, namespace: text, name: text }),
  source: z.object({ component: text }).nullish(),
  reportingComponent: text,
  series: z.object({ count, lastObservedTime: text }).nullish(),
});
const pageSchema = z.object({ metadata: z.object({ continue: text }), items: z.array(eventSchema) });

/**
 * The newest events of a type, read in pages of which only the newest are kept.
 *
 * @param most how many are wanted
 * @param namespace of the objects that they are about; everywhere without it
 * @throws KUBERNETES_…, CANCELLED
 */
export async function newestEvents(
  client: KubernetesClient,
  { type, most, namespace }: { readonly type: KubeEvent['type']; readonly most: number; readonly namespace?: string },
  cancel?: AbortSignal,
): Promise<NewestEvents> {
  const path = objectPath('/api/v1', 'events', { namespace });
  const fieldSelector = type === 'Warning' ? 'type=Warning' : 'type!=Warning';
  let newest: readonly KubeEvent[] = [];
  let more = false;
  let token: string | undefined;
  for (let page = 0; page < pageLimit; page += 1) {
    const query = { fieldSelector, limit: String(pageSize), ...(token === undefined ? {} : { continue: token }) };
    const answer = await client.ask({ method: 'GET', path, query, cancel });
    // The state that it read from is gone meanwhile; what was read stands.
    if (answer.status === 410 && token !== undefined) return { events: newest, more: true };
    const { items, metadata } = decode(pageSchema, accepted(answer, 'list', path), path);
    const all = [...newest, ...items.map((item) => eventOf(item, type))].toSorted(newestFirst);
    more ||= all.length > most;
    newest = all.slice(0, most);
    token = metadata.continue ?? undefined;
    if (token === undefined || token === '') return { events: newest, more };
  }
  return { events: newest, more: true };
}

/** The newest first; those of which nobody says when come last. */
export function newestFirst(a: Pick<KubeEvent, 'lastAt'>, b: Pick<KubeEvent, 'lastAt'>): number {
  const [first, second] = [a.lastAt ?? '', b.lastAt ?? ''];
  return first < second ? 1 : first > second ? -1 : 0;
}

function eventOf(event: z.infer<typeof eventSchema>, type: KubeEvent['type']): KubeEvent {
  const { involvedObject: about, series, metadata } = event;
  const began = event.firstTimestamp ?? event.eventTime ?? metadata.creationTimestamp;
  return {
    type,
    reason: readable(event.reason ?? '', longest.word),
    message: readable(event.message ?? '', longest.message),
    object: {
      kind: readable(about.kind ?? '', longest.word),
      namespace:
        about.namespace === undefined || about.namespace === null || about.namespace === ''
          ? null
          : readable(about.namespace, longest.name),
      name: readable(about.name ?? '', longest.name),
    },
    reporter: readable(named(event.source?.component) ?? named(event.reportingComponent) ?? '', longest.word),
    count: Math.max(1, series?.count ?? event.count ?? 1),
    firstAt: isoTime(began),
    lastAt: isoTime(series?.lastObservedTime ?? event.lastTimestamp ?? began),
  };
}

function named(value: string | null | undefined): string | undefined {
  return value === null || value === '' ? undefined : value;
}

function isoTime(value: string | null | undefined): string | null {
  const at = Date.parse(value ?? '');
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
