import {
  changedSubscriptionSchema,
  deliveryListSchema,
  deliverySchema,
  type MailServerRequest,
  mailServerSchema,
  type NotificationPolicyRequest,
  notificationPolicySchema,
  notificationsSchema,
  notificationTestSchema,
  type SubscriptionRequest,
} from '@sealift/core/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, request, send, tagOf } from './http.ts';
import { notificationsKey } from './query-keys.ts';

/** Below the same key: what changes one makes the other old. */
const deliveriesKey = [...notificationsKey, 'deliveries'];
const settingsKey = [...notificationsKey, 'settings'];
const path = '/notifications';
const ofSubscription = (id: string) => `${path}/subscriptions/${encodeURIComponent(id)}`;
/** Each of many mailboxes may take the server its time. */
const testTimeoutMs = 10 * 60_000;

/** Who is told of what, and how. */
export function useNotifications() {
  return useQuery({ queryKey: settingsKey, queryFn: ({ signal }) => read(notificationsSchema, path, signal) });
}

/** The newest deliveries. */
export function useDeliveries() {
  return useQuery({
    queryKey: deliveriesKey,
    queryFn: ({ signal }) => read(deliveryListSchema, `${path}/deliveries`, signal),
    refetchInterval: 15_000,
  });
}

/** What changes something of notifications; nothing is kept here of what is sent and answered. */
function useChange<Given, Answer>(change: (given: Given) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    gcTime: 0,
    onSettled: () => client.invalidateQueries({ queryKey: notificationsKey }),
  });
}

/** Adds a subscription, or changes the one that was seen. */
export function useSaveSubscription() {
  return useChange(
    ({ seen, asked }: { seen?: { id: string; revision: number } | undefined; asked: SubscriptionRequest }) =>
      seen === undefined
        ? request(changedSubscriptionSchema, 'POST', `${path}/subscriptions`, asked)
        : request(changedSubscriptionSchema, 'PUT', ofSubscription(seen.id), asked, { ifMatch: tagOf(seen.revision) }),
  );
}

export function useRemoveSubscription() {
  return useChange((id: string) => send('DELETE', ofSubscription(id)));
}

/** Sends a test to each of its places. */
export function useTestSubscription() {
  return useMutation({
    mutationFn: (id: string) =>
      request(notificationTestSchema, 'POST', `${ofSubscription(id)}/test`, undefined, { timeoutMs: testTimeoutMs }),
  });
}

export function useRetryDelivery() {
  return useChange((id: string) =>
    request(deliverySchema, 'POST', `${path}/deliveries/${encodeURIComponent(id)}/retry`),
  );
}

export function useSaveMailServer() {
  return useChange(({ seen, settings }: { seen: number; settings: MailServerRequest }) =>
    request(mailServerSchema, 'PUT', `${path}/mail-server`, settings, { ifMatch: tagOf(seen) }),
  );
}

export function useForgetMailServer() {
  return useChange((seen: number) => send('DELETE', `${path}/mail-server`, undefined, { ifMatch: tagOf(seen) }));
}

/** Sends a mail now, to whomever. */
export function useTestMailServer() {
  return useMutation({
    mutationFn: (to: string) => request(notificationTestSchema, 'POST', `${path}/mail-server/test`, { to }),
  });
}

/** Sets where webhooks may go. */
export function useSavePolicy() {
  return useChange(({ seen, policy }: { seen: number; policy: NotificationPolicyRequest }) =>
    request(notificationPolicySchema, 'PUT', `${path}/policy`, policy, { ifMatch: tagOf(seen) }),
  );
}
