import { upgradeListSchema, upgradeSchema } from '@sealift/core/api';
import { lifecycle, type OnFailure } from '@sealift/core/upgrade';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, request, send } from './http.ts';
import { summaryKey, upgradesKey } from './query-keys.ts';

/** The upgrades this console knows, the newest first, page by page. */
export function useUpgrades() {
  return useInfiniteQuery({
    queryKey: upgradesKey,
    queryFn: ({ pageParam, signal }) => {
      const after = pageParam === null ? '' : `?after=${encodeURIComponent(pageParam)}`;
      return read(upgradeListSchema, `/upgrades${after}`, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
}

/** One upgrade; asked for again every two seconds while it locks the console or is rehearsed, should the event stream be cut. */
export function useUpgrade(id: string | null) {
  return useQuery({
    queryKey: ['upgrade', id],
    queryFn: ({ signal }) => read(upgradeSchema, `/upgrades/${encodeURIComponent(id ?? '')}`, signal),
    enabled: id !== null,
    refetchInterval: ({ state }) =>
      state.data !== undefined &&
      (lifecycle[state.data.state].locksConsole || state.data.rehearsal?.state === 'running')
        ? 2000
        : false,
  });
}

/** Of a registry far away with packs of many megabytes. */
const draftTimeoutMs = 10 * 60_000;

/** Which upgrade is started. */
export interface StartedUpgrade {
  to: string;
  /** Whether its control plane stays able to go back until it is finalised. */
  reversible: boolean;
}

/** Starts a draft of an upgrade to a version; nothing is changed yet. */
export function useStartUpgrade() {
  const client = useQueryClient();
  return useMutation({
    // What is large is fetched and merged meanwhile; the site is looked at while one reads what changes.
    mutationFn: (started: StartedUpgrade) =>
      request(upgradeSchema, 'POST', '/upgrades', { ...started, preflight: false }, { timeoutMs: draftTimeoutMs }),
    onSuccess: (upgrade) => {
      client.setQueryData(['upgrade', upgrade.id], upgrade);
      return client.invalidateQueries({ queryKey: upgradesKey });
    },
  });
}

/** Approves exactly the plan and values whose hash is given, and starts. */
export function useConfirm(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (hash: string) => send('POST', `/upgrades/${encodeURIComponent(id)}/confirm`, { hash }),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: ['upgrade', id] });
      await client.invalidateQueries({ queryKey: summaryKey });
    },
  });
}

/** Takes back that another person was asked to approve. */
export function useWithdrawRequest(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => send('DELETE', `/upgrades/${encodeURIComponent(id)}/confirm`),
    onSettled: () => client.invalidateQueries({ queryKey: ['upgrade', id] }),
  });
}

/** Looks at the site again for a draft. */
export function usePreflight(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request(upgradeSchema, 'POST', `/upgrades/${encodeURIComponent(id)}/preflight`, {}),
    onSuccess: (upgrade) => client.setQueryData(['upgrade', id], upgrade),
  });
}

/** Begins to rehearse a draft's minors of Kubernetes on a copy of the cluster. */
export function useRehearse(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request(upgradeSchema, 'POST', `/upgrades/${encodeURIComponent(id)}/rehearsal`, {}),
    onSuccess: (upgrade) => client.setQueryData(['upgrade', id], upgrade),
  });
}

/** What a person says of a finding that can be accepted. */
export type RiskDecision =
  | { kind: 'accept'; check: string; reason: string; objects: readonly string[]; expiresAt?: string }
  | { kind: 'withdraw'; check: string };

/** Accepts what a check found, or takes that back; the upgrade's hash and blockers change with it. */
export function useRiskDecision(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (decision: RiskDecision) => {
      const path = `/upgrades/${encodeURIComponent(id)}/risks/${encodeURIComponent(decision.check)}`;
      if (decision.kind === 'withdraw') return request(upgradeSchema, 'DELETE', path);
      const { reason, objects, expiresAt } = decision;
      return request(upgradeSchema, 'PUT', path, { reason, objects, expiresAt });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['upgrade', id] }),
  });
}

/** Chooses what a failure does; the upgrade's hash changes with it. */
export function useOnFailure(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (onFailure: OnFailure) =>
      request(upgradeSchema, 'PUT', `/upgrades/${encodeURIComponent(id)}/on-failure`, { onFailure }),
    onSuccess: (upgrade) => client.setQueryData(['upgrade', id], upgrade),
  });
}

/** What a person can do to a running upgrade; each takes effect at the next safe point. */
export type Intervention = { kind: 'pause' } | { kind: 'resume' } | { kind: 'abort' | 'rollback'; reason: string };

/** Says that an upgrade's control plane need not go back any more. */
export function useFinalise(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => send('POST', `/upgrades/${encodeURIComponent(id)}/finalise`),
    onSettled: () => client.invalidateQueries({ queryKey: ['upgrade', id] }),
  });
}

/** Pauses, resumes, rolls back or aborts an upgrade. */
export function useIntervention(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (intervention: Intervention) =>
      send(
        'POST',
        `/upgrades/${encodeURIComponent(id)}/${intervention.kind}`,
        'reason' in intervention ? { reason: intervention.reason } : undefined,
      ),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: ['upgrade', id] });
      await client.invalidateQueries({ queryKey: summaryKey });
    },
  });
}
