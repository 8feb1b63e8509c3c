import { createdInviteSchema, gatewayListSchema } from '@sealift/core/api';
import type { Paused } from '@sealift/core/gateway';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { read, request, send } from './http.ts';
import { gatewaysKey } from './query-keys.ts';

/** The gateways by name, page by page, and how each stands. */
export function useGateways() {
  return useInfiniteQuery({
    queryKey: gatewaysKey,
    queryFn: ({ pageParam, signal }) =>
      read(gatewayListSchema, `/gateways?after=${encodeURIComponent(pageParam)}`, signal),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => {
      const gateways = pages.flatMap((page) => page.gateways);
      // What stands beside them is of all gateways on each page; the last one was read last.
      return { ...gatewayListSchema.parse(pages.at(-1)), gateways };
    },
    refetchInterval: 30_000,
  });
}

/** Makes a token for one registration; the answer is the only place where it is shown. */
export function useInvite() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (invite: { name: string; site: string }) =>
      request(createdInviteSchema, 'POST', '/gateways/invites', invite),
    onSuccess: () => client.invalidateQueries({ queryKey: gatewaysKey }),
  });
}

/** Withdraws an invitation that was not used. */
export function useWithdrawInvite() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => send('DELETE', `/gateways/invites/${encodeURIComponent(name)}`),
    onSettled: () => client.invalidateQueries({ queryKey: gatewaysKey }),
  });
}

/** Holds gateways at their version. */
export function usePause() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (pause: { paused: Paused; reason: string }) =>
      request(gatewayListSchema, 'POST', '/gateways/pause', pause),
    onSuccess: () => client.invalidateQueries({ queryKey: gatewaysKey }),
  });
}

/** Ends a pause. */
export function useResume() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (paused: Paused) => request(gatewayListSchema, 'POST', '/gateways/resume', { paused }),
    onSuccess: () => client.invalidateQueries({ queryKey: gatewaysKey }),
  });
}

/** Has a version that gateways went back from tried again. */
export function useRetryGateways() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request(gatewayListSchema, 'POST', '/gateways/retry', {}),
    onSuccess: () => client.invalidateQueries({ queryKey: gatewaysKey }),
  });
}

/** Forgets a gateway. */
export function useRemoveGateway() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => send('DELETE', `/gateways/${encodeURIComponent(name)}`),
    onSuccess: () => client.invalidateQueries({ queryKey: gatewaysKey }),
  });
}
