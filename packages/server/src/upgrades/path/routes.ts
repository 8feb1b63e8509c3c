import { pathPlanSchema } from '@sealift/core/planner';
import { packVersionSchema } from '@sealift/core/pack';
import { z } from 'zod';
import { ofReleases } from '../../http/refusals.ts';
import type { ApiScope } from '../../http/api-scope.ts';
import { type PathServices, sitePath } from './plan-path.ts';

/** `GET /path`. */
export function pathRoutes(api: ApiScope, services: PathServices): void {
  api.get('/path', {
    config: { permission: 'upgrades.read', refuses: ['NOT_ADOPTED', ...ofReleases] },
    schema: {
      tags: ['upgrades'],
      summary: 'The way to a release over as many hops as it takes, what each needs, and why others are refused',
      querystring: z.object({ from: packVersionSchema.optional(), to: packVersionSchema.optional() }),
      response: { 200: pathPlanSchema },
    },
    handler: (request) => sitePath(services, request.query),
  });
}
