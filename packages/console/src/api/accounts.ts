import {
  type AccountChange,
  accountListSchema,
  accountSchema,
  type AccountView,
  accountWithLinkSchema,
  type Role,
  sessionListSchema,
} from '@sealift/core/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, request, send, tagOf } from './http.ts';

const accountsKey = ['accounts'];

/** Every account. */
export function useAccounts() {
  return useQuery({ queryKey: accountsKey, queryFn: ({ signal }) => read(accountListSchema, '/accounts', signal) });
}

/** Makes an account; the answer has its one-time link. */
export function useCreateAccount() {
  const changed = useChanged();
  return useMutation({
    mutationFn: (asked: { username: string; role: Role }) => request(accountWithLinkSchema, 'POST', '/accounts', asked),
    gcTime: 0,
    onSuccess: changed,
  });
}

/** A new one-time link for an account. */
export function useResetPassword() {
  const changed = useChanged();
  return useMutation({
    mutationFn: ({ id }: AccountView) => request(accountWithLinkSchema, 'POST', `${urlOf(id)}/password-link`),
    gcTime: 0,
    onSuccess: changed,
  });
}

/** Changes the account as it was seen. */
export function useChangeAccount() {
  const changed = useChanged();
  return useMutation({
    mutationFn: ({ account, change }: { account: AccountView; change: AccountChange }) =>
      request(accountSchema, 'PUT', urlOf(account.id), change, { ifMatch: tagOf(account.revision) }),
    onSettled: changed,
  });
}

export function useRemoveAccount() {
  const changed = useChanged();
  return useMutation({
    mutationFn: ({ id, revision }: AccountView) => send('DELETE', urlOf(id), undefined, { ifMatch: tagOf(revision) }),
    onSettled: changed,
  });
}

/** The sessions of an account. */
export function useSessionsOf(id: string) {
  return useQuery({
    queryKey: [...accountsKey, id, 'sessions'],
    queryFn: ({ signal }) => read(sessionListSchema, `${urlOf(id)}/sessions`, signal),
  });
}

/** Ends one session of an account, or all. */
export function useEndSessionsOf(id: string) {
  const changed = useChanged();
  return useMutation({
    mutationFn: (session: string | null) =>
      send('DELETE', `${urlOf(id)}/sessions${session === null ? '' : `/${encodeURIComponent(session)}`}`),
    onSettled: changed,
  });
}

function urlOf(id: string): string {
  return `/accounts/${encodeURIComponent(id)}`;
}

function useChanged() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: accountsKey });
}
