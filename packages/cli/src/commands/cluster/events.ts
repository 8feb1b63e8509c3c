import { clusterEventsSchema } from '@sealift/core/cluster';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';

/** @throws PLATFORM_* */
export async function showEvents({ json }: { readonly json?: true }, context: CliContext): Promise<void> {
  const api = await connect(context);
  const answer = await api.get('/api/v1/cluster/events', clusterEventsSchema);
  if (json === true) return context.out(JSON.stringify(answer));
  const { events, more, note } = answer;
  for (const { type, reason, message, object, count, lastAt } of events) {
    const place = object.namespace === null ? object.name : `${object.namespace}/${object.name}`;
    const times = count > 1 ? ` (${count} times)` : '';
    context.out(`${lastAt ?? '-'}  ${type}  ${reason}  ${object.kind} ${place}: ${message}${times}`);
  }
  if (more) context.note(`There are more; these are the latest ${events.length}.`);
  if (note !== null) context.note(note);
}
