import {
  adoptionProposalSchema,
  adoptRequestSchema,
  isAllowed,
  profileViewSchema,
  summarySchema,
  surveyRequestSchema,
  updateListSchema,
} from '@sealift/core/api';
import { z } from 'zod';
import { adopt } from './adoption/adopt.ts';
import { proposeAdoption } from './adoption/propose.ts';
import { exportProfile, profileView, withoutSecrets } from './profile-view.ts';
import type { EventBus } from '../notify/event-bus.ts';
import { summary, type SummarySources } from './summary.ts';
import { updateList } from './updates.ts';
import { textBodyBytes } from '../http/body-limits.ts';
import type { ApiScope } from '../http/api-scope.ts';
import type { SharedReads } from '../http/shared-reads.ts';
import { ofClusters, ofMerges, ofPacks, ofReleases } from '../http/refusals.ts';
import { principalOf } from '../http/request-context.ts';

const tags = ['platform'];

/** Summary, updates, the enterprise cluster's profile. */
export function platformRoutes(
  api: ApiScope,
  sources: SummarySources,
  { events, reads }: { readonly events: EventBus; readonly reads: SharedReads },
): void {
  const { db } = sources.store;

  api.get('/summary', {
    config: { permission: 'platform.read' },
    schema: {
      tags,
      summary: 'What is installed, and the checks behind the two sentences',
      response: { 200: summarySchema },
    },
    handler: () => reads.read('summary', () => summary(sources)),
  });

  api.get('/updates', {
    config: { permission: 'platform.read', refuses: ['NOT_ADOPTED', ...ofReleases] },
    schema: { tags, summary: 'Newer releases, legal or refused with the reason', response: { 200: updateListSchema } },
    handler: () => updateList(db),
  });

  const adoption = { db, registry: sources.registry, cluster: sources.cluster };
  api.post('/platform/survey', {
    bodyLimit: textBodyBytes,
    // It changes nothing.
    config: {
      permission: 'platform.adopt',
      whileLocked: true,
      refuses: [...ofReleases, ...ofMerges, ...ofPacks, ...ofClusters, 'ADOPT_NO_RELEASE', 'LAYER_UNKNOWN'],
    },
    schema: {
      tags,
      summary: 'Looks at what runs, and proposes the profile, with every difference from a release',
      body: surveyRequestSchema,
      response: { 200: adoptionProposalSchema },
    },
    handler: async (request) => (await proposeAdoption(adoption, request.body)).view,
  });

  api.post('/platform/adopt', {
    bodyLimit: textBodyBytes,
    config: {
      permission: 'platform.adopt',
      once: 'answer-dropped',
      refuses: [
        ...ofReleases,
        ...ofMerges,
        ...ofPacks,
        ...ofClusters,
        'ALREADY_ADOPTED',
        'ADOPT_CHANGED',
        'ADOPT_DIFFERS',
        'ADOPT_NOT_LOOKED_AT',
        'ADOPT_NO_RELEASE',
        'LAYER_UNKNOWN',
      ],
    },
    schema: {
      tags,
      summary: 'Records the release that the cluster already runs',
      body: adoptRequestSchema,
      response: { 201: profileViewSchema },
    },
    handler: async (request, reply) => {
      await adopt(adoption, principalOf(request), request.body);
      const profile = await profileView(db);
      events.publish({ kind: 'catalogue', subject: profile.version });
      return reply.code(201).send(profile);
    },
  });

  api.get('/profile', {
    config: { permission: 'platform.read', refuses: ['NOT_ADOPTED'] },
    schema: { tags, summary: "The enterprise cluster's layers and values", response: { 200: profileViewSchema } },
    handler: async (request) => {
      const profile = await reads.read('profile', () => profileView(db));
      return isAllowed(principalOf(request).role, 'platform.values') ? profile : withoutSecrets(profile);
    },
  });

  api.get('/profile/export', {
    config: { permission: 'platform.values', sends: ['content-disposition'], refuses: ['NOT_ADOPTED'] },
    schema: {
      tags,
      summary: 'The profile as tar.gz: profile.json and one YAML file a layer',
      produces: ['application/gzip'],
      response: { 200: z.any().describe('application/gzip') },
    },
    handler: async (_request, reply) => {
      const { fileName, archive } = await exportProfile(db);
      return reply
        .type('application/gzip')
        .header('content-disposition', `attachment; filename="${fileName}"`)
        .send(archive);
    },
  });
}
