import {
  packRegistryListSchema,
  packRegistrySchema,
  trustedKeyListSchema,
  trustedKeySchema,
  trustKeyRequestSchema,
} from '@sealift/core/api';
import { z } from 'zod';
import { packRegistry, packRegistryName } from './sync-state.ts';
import { listTrustedKeys, revokeKey, trustKey } from './trusted-keys.ts';
import type { Db } from '../store/store.ts';
import type { RegistrySync } from './registry-sync.ts';
import { change } from '../store/change.ts';
import type { ApiScope } from '../http/api-scope.ts';
import { principalOf } from '../http/request-context.ts';

const tags = ['registries'];
const byName = z.object({ name: z.string().max(100) });

/** Pack registries and their sync, trusted keys. */
export function catalogueRoutes(api: ApiScope, db: Db, sync: Pick<RegistrySync, 'start'>): void {
  api.get('/registries', {
    config: { permission: 'catalogue.read' },
    schema: { tags, summary: 'The pack registries', response: { 200: packRegistryListSchema } },
    handler: async (request) => ({ registries: [await packRegistry(db, packRegistryName, request.host)] }),
  });

  api.get('/registries/:name', {
    config: { permission: 'catalogue.read' },
    schema: { tags, summary: 'One pack registry', params: byName, response: { 200: packRegistrySchema } },
    handler: (request) => packRegistry(db, request.params.name, request.host),
  });

  api.post('/registries/:name/sync', {
    config: { permission: 'catalogue.sync' },
    schema: {
      tags,
      summary: 'Starts a sync into the catalogue, or joins the one that runs',
      params: byName,
      response: { 202: packRegistrySchema },
    },
    handler: async (request, reply) => {
      await packRegistry(db, request.params.name, request.host);
      await sync.start(principalOf(request));
      return reply.code(202).send(await packRegistry(db, request.params.name, request.host));
    },
  });

  api.get('/trusted-keys', {
    config: { permission: 'trusted-keys.read' },
    schema: { tags, summary: 'Keys whose signatures are accepted', response: { 200: trustedKeyListSchema } },
    handler: async () => ({ keys: await listTrustedKeys(db) }),
  });

  api.post('/trusted-keys', {
    config: { permission: 'trusted-keys.add' },
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
