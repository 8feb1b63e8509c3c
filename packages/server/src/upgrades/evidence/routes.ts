import { evidenceKeyListSchema, evidenceKeySchema, renewEvidenceKeyRequestSchema } from '@sealift/core/api';
import { z } from 'zod';
import type { ApiScope } from '../../http/api-scope.ts';
import { principalOf } from '../../http/request-context.ts';
import type { EvidenceKeeper } from './evidence-keeper.ts';
import type { EvidenceKeys } from './evidence-keys.ts';

const tags = ['evidence'];

/** The evidence of an upgrade, and the keys that sign it. */
export function evidenceRoutes(api: ApiScope, evidence: EvidenceKeeper, keys: EvidenceKeys): void {
  api.get('/upgrades/:id/evidence', {
    config: { permission: 'upgrades.read', sends: ['content-disposition'], refuses: ['EVIDENCE_NOT_YET'] },
    schema: {
      tags,
      summary: 'The signed evidence of an upgrade that has ended, as one file',
      params: z.object({ id: z.string().max(64) }),
      produces: ['text/plain'],
      response: { 200: z.string().describe('canonical JSON in one line, then a signature in minisign’s format') },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const file = await evidence.file(id);
      return reply
        .type('text/plain; charset=utf-8')
        .header('content-disposition', `attachment; filename="upgrade-${id}.evidence"`)
        .send(file);
    },
  });

  api.get('/evidence-keys', {
    config: { permission: 'upgrades.read' },
    schema: {
      tags,
      summary: 'The keys that evidence is signed with, the one that signs now first; the first call makes it',
      response: { 200: evidenceKeyListSchema },
    },
    handler: async () => ({ keys: await keys.list() }),
  });

  api.post('/evidence-keys', {
    config: { permission: 'evidence.renew-key', whileLocked: true, once: 'answer-kept' },
    schema: {
      tags,
      summary: 'Makes a new key in the place of the one that signs now; the reason goes to the audit log',
      body: renewEvidenceKeyRequestSchema,
      response: { 201: evidenceKeySchema },
    },
    handler: async (request, reply) =>
      reply.code(201).send(await keys.renew(principalOf(request), request.body.reason)),
  });
}
