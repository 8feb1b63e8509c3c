import type { Subscription, SubscriptionRequest } from '@sealift/core/api';
import { type NotificationKind, notificationKinds } from '@sealift/core/notification';
import { ProblemError } from '../../api/http.ts';

/** A subscription as it is typed. */
export interface SubscriptionForm {
  readonly name: string;
  readonly via: 'webhook' | 'mail';
  readonly url: string;
  readonly ca: string;
  /** A mailbox a line. */
  readonly to: string;
  readonly kinds: ReadonlySet<NotificationKind>;
  /** Whether requests are to be signed with another key from now on. */
  readonly newKey: boolean;
}

export const allKinds = Object.keys(notificationKinds) as NotificationKind[];

/** What a form begins with: all of it for a new one. */
export function formOf(subscription: Subscription | undefined): SubscriptionForm {
  const { name = '', kinds = allKinds, target } = subscription ?? {};
  const webhook = target?.via === 'webhook' ? target : undefined;
  return {
    name,
    via: target?.via ?? 'webhook',
    url: webhook?.url ?? 'https://',
    ca: webhook?.ca ?? '',
    to: target?.via === 'mail' ? target.to.join('\n') : '',
    kinds: new Set(kinds),
    newKey: false,
  };
}

export function requestOf({ name, via, url, ca, to, kinds, newKey }: SubscriptionForm): SubscriptionRequest {
  const target = via === 'mail' ? { via, to: linesOf(to) } : { via, url: url.trim(), ca: ca.trim() === '' ? null : ca };
  return {
    name: name.trim(),
    kinds: allKinds.filter((kind) => kinds.has(kind)),
    target,
    ...(newKey && via === 'webhook' ? { key: 'new' as const } : {}),
  };
}

/** Entries of a field that takes one a line. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** What a refusal says of a field of the request. @param field such as `target.url` */
export function problemOf(error: unknown, field: string): string | undefined {
  if (!(error instanceof ProblemError)) return undefined;
  const { place = '', detail, code } = error.problem;
  if (field === 'target.url' && code.startsWith('WEBHOOK_')) return detail;
  return place === `body.${field}` || place.startsWith(`body.${field}.`) ? detail : undefined;
}
