import {
  cleanUpRequestSchema,
  keptReleasesSchema,
  registryCareSchema,
  uploadRecordSchema,
  uploadTargetSchema,
} from '@sealift/core/api';
import { recordAudit } from '../audit/audit-log.ts';
import { imageBase, packBase } from '../catalogue/content-paths.ts';
import { textBodyBytes } from '../http/body-limits.ts';
import type { ApiScope } from '../http/api-scope.ts';
import { principalOf } from '../http/request-context.ts';
import { change } from '../store/change.ts';
import type { Db } from '../store/store.ts';
import type { RegistryCare } from './registry-care.ts';

const tags = ['registries'];

/** Where bundles push to, and what they tell of it. */
export function uploadRoutes(api: ApiScope, db: Db): void {
  api.get('/upload-target', {
    config: { permission: 'registry.read' },
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
      plainHttp: request.protocol === 'http',
    }),
  });

  api.post('/uploads', {
    bodyLimit: textBodyBytes,
    config: { permission: 'registry.upload', once: 'answer-kept' },
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
}

/** Care for the embedded registry: clean-up, scrub, and which releases stay however old they are. */
export function careRoutes(api: ApiScope, care: RegistryCare): void {
  api.get('/registry-care', {
    config: { permission: 'registry.read', refuses: ['NOT_FOUND'] },
    schema: { tags, summary: 'How the embedded registry is looked after', response: { 200: registryCareSchema } },
    handler: () => Promise.resolve(care.state),
  });

  api.post('/registry-care/clean-up', {
    config: { permission: 'registry.care', once: 'answer-kept', refuses: ['NOT_FOUND', 'REGISTRY_CARE_RUNNING'] },
    schema: {
      tags,
      summary: 'Starts a clean-up of the embedded registry; the report follows',
      body: cleanUpRequestSchema,
      response: { 202: registryCareSchema },
    },
    handler: async (request, reply) => {
      await care.cleanUp(principalOf(request), request.body);
      return reply.code(202).send(care.state);
    },
  });

  api.post('/registry-care/scrub', {
    config: { permission: 'registry.care', once: 'answer-kept', refuses: ['NOT_FOUND', 'REGISTRY_CARE_RUNNING'] },
    schema: {
      tags,
      summary: 'Starts comparing all content of the embedded registry with its digests; the report follows',
      response: { 202: registryCareSchema },
    },
    handler: async (request, reply) => {
      await care.scrub(principalOf(request));
      return reply.code(202).send(care.state);
    },
  });

  api.put('/registry-care/kept-releases', {
    config: { permission: 'registry.care', refuses: ['NOT_FOUND'] },
    schema: {
      tags,
      summary: 'Sets which releases no clean-up removes',
      body: keptReleasesSchema,
      response: { 200: registryCareSchema },
    },
    handler: async (request) => {
      await care.keepReleases(principalOf(request), request.body.releases);
      return care.state;
    },
  });
}
