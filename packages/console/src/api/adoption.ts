import {
  type AdoptionProposal,
  adoptionProposalSchema,
  profileViewSchema,
  type surveyRequestSchema,
} from '@sealift/core/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import { request } from './http.ts';

/** What a person says beside what is found: the release to compare with, and what layers run. */
export type Said = z.input<typeof surveyRequestSchema>;

/** What was found, and what was said when it was looked for. */
export interface Found {
  readonly said: Said;
  readonly proposal: AdoptionProposal;
}

/** Looks at what the cluster runs; changes nothing. */
export function useSurvey() {
  return useMutation({
    mutationFn: async (said: Said): Promise<Found> => ({
      said,
      proposal: await request(adoptionProposalSchema, 'POST', '/platform/survey', said, { looks: true }),
    }),
  });
}

/** Records what was shown as installed. */
export function useAdopt() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ said, proposal }: Found) =>
      request(profileViewSchema, 'POST', '/platform/adopt', { ...said, proposal: proposal.digest }),
    onSuccess: () => client.invalidateQueries(),
  });
}
