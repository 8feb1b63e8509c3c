import {
  type AdoptionProposal,
  adoptionProposalSchema,
  profileViewSchema,
  type SurveyRequest,
} from '@sealift/core/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { request } from './http.ts';

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
