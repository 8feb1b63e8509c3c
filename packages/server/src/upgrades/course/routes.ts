import { journalPageSchema, upgradeCourseSchema } from '@sealift/core/api';
import { z } from 'zod';
import type { ApiScope } from '../../http/api-scope.ts';
import { loadUpgrade } from '../queries.ts';
import type { UpgradeServices } from '../upgrade-services.ts';
import { journalPage, upgradeCourse } from './course.ts';

const tags = ['upgrades'];
const byId = z.object({ id: z.string().max(64) });

/** Where an upgrade is, and what its journal says. */
export function courseRoutes(api: ApiScope, services: UpgradeServices): void {
  const { db } = services.store;

  api.get('/upgrades/:id/tree', {
    config: { permission: 'upgrades.read' },
    schema: {
      tags,
      summary: 'The plan as a tree: what each step waits for, since when, the time left, the point of no return',
      params: byId,
      response: { 200: upgradeCourseSchema },
    },
    handler: async (request) => upgradeCourse(services, await loadUpgrade(db, request.params.id)),
  });

  api.get('/upgrades/:id/journal', {
    config: { permission: 'upgrades.read' },
    schema: {
      tags,
      summary: 'The journal of an upgrade after a cursor, oldest first',
      params: byId,
      querystring: z.object({ after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0) }),
      response: { 200: journalPageSchema },
    },
    handler: async (request) => {
      await loadUpgrade(db, request.params.id);
      return await journalPage(db, request.params.id, request.query.after);
    },
  });
}
