import { cleanUpRequestSchema, keptReleasesSchema, registryCareSchema } from '@sealift/core/api';
import type { ConsoleServices } from '../app/services.ts';
import type { ApiScope } from '../http/api-scope.ts';
import { principalOf } from '../http/request-context.ts';

const tags = ['registries'];

/** Care for the embedded registry: clean-up, scrub, and which releases stay however old they are. */
export function registryCareRoutes(api: ApiScope, { registryCare }: ConsoleServices): void {
  api.get('/registry-care', {
    schema: { tags, summary: 'How the embedded registry is looked after', response: { 200: registryCareSchema } },
    handler: () => Promise.resolve(registryCare.state),
  });

  api.post('/registry-care/clean-up', {
    schema: {
      tags,
      summary: 'Starts a clean-up of the embedded registry; the report follows',
      body: cleanUpRequestSchema,
      response: { 202: registryCareSchema },
    },
    handler: async (request, reply) => {
      await registryCare.cleanUp(principalOf(request), request.body);
      return reply.code(202).send(registryCare.state);
    },
  });

  api.post('/registry-care/scrub', {
    schema: {
      tags,
      summary: 'Starts comparing all content of the embedded registry with its digests; the report follows',
      response: { 202: registryCareSchema },
    },
    handler: async (request, reply) => {
      await registryCare.scrub(principalOf(request));
      return reply.code(202).send(registryCare.state);
    },
  });

  api.put('/registry-care/kept-releases', {
    schema: {
      tags,
      summary: 'Sets which releases no clean-up removes',
      body: keptReleasesSchema,
      response: { 200: registryCareSchema },
    },
    handler: async (request) => {
      await registryCare.keepReleases(principalOf(request), request.body.releases);
      return registryCare.state;
    },
  });
}
