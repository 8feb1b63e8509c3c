import {
  packRegistryListSchema,
  packRegistrySchema,
  trustedKeyListSchema,
  trustedKeySchema,
  trustKeyRequestSchema,
  uploadRecordSchema,
  uploadTargetSchema,
} from '@sealift/core/api';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { recordAudit } from '../audit/audit-log.ts';
import { packRegistry, packRegistryName } from './sync-state.ts';
import { listTrustedKeys, trustKey } from './trusted-keys.ts';
import { imageBase, packBase } from '../registry/registry-link.ts';
import type { ConsoleServices } from '../app/services.ts';
import { change } from '../store/change.ts';
import type { ApiScope } from '../http/api-scope.ts';
import { principalOf } from '../http/request-context.ts';

const tags = ['registries'];
const byName = z.object({ name: z.string().max(100) });

/** Pack registries and their sync, where bundles push to, trusted keys. */
export function registryRoutes(api: ApiScope, services: ConsoleServices): void {
  const { db } = services.store;

  api.get('/registries', {
    schema: { tags, summary: 'The pack registries', response: { 200: packRegistryListSchema } },
    handler: async (request) => ({ registries: [await packRegistry(db, packRegistryName, request.host)] }),
  });

  api.get('/registries/:name', {
    schema: { tags, summary: 'One pack registry', params: byName, response: { 200: packRegistrySchema } },
    handler: (request) => packRegistry(db, request.params.name, request.host),
  });

  api.post('/registries/:name/sync', {
    schema: {
      tags,
      summary: 'Starts a sync into the catalogue, or joins the one that runs',
      params: byName,
      response: { 202: packRegistrySchema },
    },
    handler: async (request, reply) => {
      await packRegistry(db, request.params.name, request.host);
      await services.sync.start(principalOf(request));
      return reply.code(202).send(await packRegistry(db, request.params.name, request.host));
    },
  });

  api.get('/upload-target', {
    schema: {
      tags,
      summary: 'Where a bundle run against this platform pushes to',
      response: { 200: uploadTargetSchema },
    },
    handler: (request) => ({
      packRegistry: request.host,
      packBase,
      imageRegistry: request.host,
      imageBase,
      plainHttp: isPlain(request),
    }),
  });

  api.post('/uploads', {
    schema: {
      tags,
      summary: 'Tells what a bundle run verified and pushed, for the audit log',
      body: uploadRecordSchema,
      response: { 201: uploadRecordSchema },
    },
    handler: async (request, reply) => {
      const { product, version } = request.body;
      await change(db, (trx) =>
        recordAudit(trx, principalOf(request), {
          action: 'bundle.upload',
          subject: `${product} ${version}`,
          details: request.body,
        }),
      );
      return reply.code(201).send(request.body);
    },
  });

  api.get('/trusted-keys', {
    schema: { tags, summary: 'Keys whose signatures are accepted', response: { 200: trustedKeyListSchema } },
    handler: async () => ({ keys: await listTrustedKeys(db) }),
  });

  api.post('/trusted-keys', {
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
}

function isPlain(request: FastifyRequest): boolean {
  return request.protocol === 'http';
}
