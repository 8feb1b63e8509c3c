import { type Delivery, deliveryListSchema, deliverySchema, deliveryStates } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { connect } from '../../client/connect.ts';
import { notificationsUrl, subscriptionNamed } from '../../client/notifications.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';

export interface DeliveriesOptions {
  readonly of?: string;
  readonly state?: string;
  readonly limit: string;
  readonly retry?: string;
  readonly json?: true;
}

const url = `${notificationsUrl}/deliveries`;

/** Lists deliveries, or has one sent again. @throws USAGE, NOT_FOUND, DELIVERY_DONE, PLATFORM_* */
export async function deliveries(options: DeliveriesOptions, context: CliContext): Promise<void> {
  const { of: name, state, limit, retry, json } = options;
  if (retry !== undefined && (name !== undefined || state !== undefined)) {
    throw usage('--retry excludes --of and --state');
  }
  if (state !== undefined && !Object.hasOwn(deliveryStates, state)) {
    throw usage(`--state is ${Object.keys(deliveryStates).join(', ')}`);
  }
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1 || count > 200) throw usage('--limit takes 1 to 200');
  const api = await connect(context);
  if (retry !== undefined) {
    const again = await api.post(`${url}/${encodeURIComponent(retry)}/retry`, undefined, deliverySchema);
    return context.out(json === true ? JSON.stringify(again) : lineOf(again));
  }
  const query = new URLSearchParams({
    limit: String(count),
    ...(state === undefined ? {} : { state }),
    ...(name === undefined ? {} : { subscription: (await subscriptionNamed(api, name)).id }),
  });
  const list = await api.get(`${url}?${query.toString()}`, deliveryListSchema);
  if (json === true) return context.out(JSON.stringify(list));
  if (list.deliveries.length === 0) context.out('There is none.');
  for (const one of list.deliveries) context.out(lineOf(one));
}

function lineOf({ id, subscription, notification, recipient, state, attempts, answer, nextAt }: Delivery): string {
  const to = recipient === null ? subscription.name : `${subscription.name} (${recipient})`;
  const parts = [
    id,
    notification.at,
    to,
    notification.summary,
    `${state === 'failed' ? 'FAILED' : state} after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`,
    ...(nextAt === null ? [] : [`next ${nextAt}`]),
    ...(answer === null ? [] : [answer]),
  ];
  return plainLine(parts.join('  '));
}

function usage(reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason } });
}
