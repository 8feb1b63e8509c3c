import { outdatedPackListSchema, packPageSchema, packUsePageSchema } from '@sealift/core/api';
import { z } from 'zod';
import type { ApiScope } from '../http/api-scope.ts';
import { afterSchema, numberCursor } from '../http/cursor.ts';
import type { SharedReads } from '../http/shared-reads.ts';
import type { Db } from '../store/store.ts';
import { outdatedPackList, packOverview, packPage, packUses } from './catalogue-packs.ts';

const tags = ['packs'];

/** The packs of the catalogue, and what uses them. */
export function packRoutes(api: ApiScope, db: Db, reads: SharedReads): void {
  const overview = () => reads.read('packs', () => packOverview(db));

  api.get('/packs', {
    config: { permission: 'catalogue.read' },
    schema: {
      tags,
      summary: 'The packs of the catalogue after a cursor, by name, with the bundles that hold each version',
      querystring: z.object({ after: z.string().max(128).default('') }),
      response: { 200: packPageSchema },
    },
    handler: async (request) => await packPage(db, await overview(), request.query.after),
  });

  api.get('/packs/outdated', {
    config: { permission: 'catalogue.read' },
    schema: {
      tags,
      summary: 'Packs in use of which the catalogue has newer versions',
      response: { 200: outdatedPackListSchema },
    },
    handler: async () => await outdatedPackList(db, await overview()),
  });

  api.get('/packs/:name/uses', {
    config: { permission: 'catalogue.read', refuses: ['PACK_UNKNOWN'] },
    schema: {
      tags,
      summary: 'What uses a pack, after a cursor: layers, packs in use that name it, releases',
      params: z.object({ name: z.string().max(128) }),
      querystring: afterSchema,
      response: { 200: packUsePageSchema },
    },
    handler: async (request) =>
      await packUses(db, await overview(), request.params.name, numberCursor(request.query.after)),
  });
}
