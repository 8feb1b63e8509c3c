import {
  type AdoptionProposal,
  adoptionProposalSchema,
  profileViewSchema,
  summarySchema,
  type SurveyRequest,
  updateListSchema,
} from '@sealift/core/api';
import { pathPlanSchema } from '@sealift/core/planner';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { read, request, send } from './http.ts';

export const summaryKey = ['summary'];
export const updatesKey = ['updates'];
export const profileKey = ['profile'];

/** The Summary; every page uses it too, for the lock and the simulation notice. */
export function useSummary() {
  return useQuery({
    queryKey: summaryKey,
    queryFn: ({ signal }) => read(summarySchema, '/summary', signal),
    refetchInterval: (query) => ((query.state.data?.lockedBy ?? null) === null ? 15_000 : 4000),
  });
}

/** Why nothing can be changed in a part of a page, whether an upgrade runs or not; null where it can. */
export const ClosedHere = createContext<string | null>(null);

/** Why changes are refused right now, or null when they are not. */
export function useLock(): string | null {
  const { data } = useSummary();
  const closed = useContext(ClosedHere);
  if (closed !== null) return closed;
  return (data?.lockedBy ?? null) === null ? null : 'The console is locked while an upgrade runs';
}

/** Newer releases in the catalogue. */
export function useUpdates() {
  return useQuery({ queryKey: updatesKey, queryFn: ({ signal }) => read(updateListSchema, '/updates', signal) });
}

/** The way to a release over as many hops as it takes; without one to the newest that can be reached. */
export function usePath(to: string | undefined) {
  const query = to === undefined ? '' : `?to=${encodeURIComponent(to)}`;
  return useQuery({
    queryKey: [...updatesKey, 'path', to ?? ''],
    queryFn: ({ signal }) => read(pathPlanSchema, `/path${query}`, signal),
  });
}

/** The enterprise cluster's layers with their values. */
export function useProfile() {
  return useQuery({ queryKey: profileKey, queryFn: ({ signal }) => read(profileViewSchema, '/profile', signal) });
}

/** What a person says beside what is found: the layers that run their packs' defaults. */
export type RunsDefaults = SurveyRequest['defaults'];

/** Looks at what the cluster runs; changes nothing. */
export function useSurvey() {
  return useMutation({
    mutationFn: (defaults: RunsDefaults) => request(adoptionProposalSchema, 'POST', '/platform/survey', { defaults }),
  });
}

/** Records what was shown as installed. */
export function useAdopt() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ proposal, defaults }: { proposal: AdoptionProposal; defaults: RunsDefaults }) =>
      request(profileViewSchema, 'POST', '/platform/adopt', { proposal: proposal.digest, defaults }),
    onSuccess: () => client.invalidateQueries(),
  });
}

/** Every layer's configuration as one archive (tar.gz). */
export async function exportProfile(): Promise<Blob> {
  return (await send('GET', '/profile/export')).blob();
}
