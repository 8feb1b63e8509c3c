import { trustedKeyListSchema, trustedKeySchema, trustKeyRequestSchema } from '@sealift/core/api';
import { z } from 'zod';
import { listTrustedKeys, revokeKey, trustKey } from './trusted-keys.ts';
import type { Db } from '../store/store.ts';
import { change } from '../store/change.ts';
import type { ApiScope } from '../http/api-scope.ts';
import { principalOf } from '../http/request-context.ts';

const tags = ['registries'];

/** Trusted keys. */
export function catalogueRoutes(api: ApiScope, db: Db): void {
  api.get('/trusted-keys', {
    config: { permission: 'trusted-keys.read' },
    schema: { tags, summary: 'Keys whose signatures are accepted', response: { 200: trustedKeyListSchema } },
    handler: async () => ({ keys: await listTrustedKeys(db) }),
  });

  api.post('/trusted-keys', {
    config: { permission: 'trusted-keys.add', once: 'answer-kept', refuses: ['KEY_FILE_INVALID'] },
    schema: {
      tags,
      summary: 'Trusts a minisign public key',
      body: trustKeyRequestSchema,
      response: { 201: trustedKeySchema },
    },
    handler: async (request, reply) => {
      const key = await change(db, (trx) => trustKey(trx, principalOf(request), request.body.publicKey));
      return reply.code(201).send(key);
    },
  });

  api.delete('/trusted-keys/:keyId', {
    config: { permission: 'trusted-keys.revoke' },
    schema: {
      tags,
      summary: 'Revokes a trusted key: what it signed stays installed, nothing new by it is taken',
      params: z.object({ keyId: z.string().max(64) }),
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      await change(db, (trx) => revokeKey(trx, principalOf(request), request.params.keyId));
      return reply.code(204).send(null);
    },
  });
}
