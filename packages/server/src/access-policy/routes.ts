import { accessPolicyRequestSchema, accessPolicySchema } from '@sealift/core/api';
import type { ApiScope } from '../http/api-scope.ts';
import { seenRevision, tagOf } from '../http/if-match.ts';
import { principalOf } from '../http/request-context.ts';
import { change } from '../store/change.ts';
import type { Db } from '../store/store.ts';
import { changePolicy, readPolicy } from './policy.ts';

const tags = ['access'];

/** The login banner, and whether an upgrade needs a second person. */
export function policyRoutes(api: ApiScope, db: Db): void {
  api.get('/access-policy', {
    config: { permission: 'access-policy.read', sends: ['etag'] },
    schema: {
      tags,
      summary: 'The login banner, and whether an upgrade needs the approval of a second person',
      response: { 200: accessPolicySchema },
    },
    handler: async (_request, reply) => {
      const policy = await readPolicy(db);
      return reply.header('etag', tagOf(policy.revision)).send(policy);
    },
  });

  api.put('/access-policy', {
    config: { permission: 'access-policy.change', ifMatch: 'needed', sends: ['etag'] },
    schema: {
      tags,
      summary: 'Changes the access policy; needs If-Match',
      body: accessPolicyRequestSchema,
      response: { 200: accessPolicySchema },
    },
    handler: async (request, reply) => {
      const revision = seenRevision(request, 'the access policy');
      await change(db, (trx) => changePolicy(trx, principalOf(request), revision, request.body));
      const policy = await readPolicy(db);
      return reply.header('etag', tagOf(policy.revision)).send(policy);
    },
  });
}
