import { mirrorRequestSchema, mirrorStateSchema } from '@sealift/core/api';
import type { ApiScope } from '../../http/api-scope.ts';
import { textBodyBytes } from '../../http/body-limits.ts';
import { principalOf } from '../../http/request-context.ts';
import type { Mirrors } from './mirrors.ts';

const tags = ['registries'];
const url = '/registry-mirror';

/** Mirrors between registries: asked for, followed, cancelled. */
export function mirrorRoutes(api: ApiScope, mirrors: Mirrors): void {
  api.get(url, {
    config: { permission: 'catalogue.read' },
    schema: {
      tags,
      summary: 'The mirror between two registries that is under way, or the last one',
      response: { 200: mirrorStateSchema },
    },
    handler: () => mirrors.state(),
  });

  api.post(url, {
    bodyLimit: textBodyBytes,
    config: {
      permission: 'registries.change',
      once: 'answer-kept',
      refuses: ['NOT_FOUND', 'REGISTRY_MIRROR_REFUSED', 'REGISTRY_MIRROR_RUNNING'],
    },
    schema: {
      tags,
      summary: 'Starts a mirror of one registry to another; its progress follows',
      body: mirrorRequestSchema,
      response: { 202: mirrorStateSchema },
    },
    handler: async (request, reply) => {
      return reply.code(202).send(await mirrors.begin(principalOf(request), request.body));
    },
  });

  api.post(`${url}/cancel`, {
    // An upgrade that waits for the line needs it to end.
    config: { permission: 'registries.change', once: 'answer-kept', whileLocked: true },
    schema: {
      tags,
      summary: 'Asks the mirror under way to end; what is there by then stays',
      response: { 202: mirrorStateSchema },
    },
    handler: async (request, reply) => reply.code(202).send(await mirrors.cancel(principalOf(request))),
  });
}
