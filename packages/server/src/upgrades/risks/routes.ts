import { acceptRiskRequestSchema, upgradeSchema } from '@sealift/core/api';
import { z } from 'zod';
import type { ApiScope } from '../../http/api-scope.ts';
import { ofDrafts } from '../../http/refusals.ts';
import { principalOf } from '../../http/request-context.ts';
import { loadUpgrade } from '../queries.ts';
import type { UpgradeServices } from '../upgrade-services.ts';
import { upgradeView } from '../upgrade-view.ts';
import { acceptRisk, withdrawRisk } from './accept-risk.ts';

const tags = ['upgrades'];
const path = '/upgrades/:id/risks/:check';
const params = z.object({ id: z.string().max(64), check: z.string().max(200) });

/** What a person goes on in spite of. */
export function riskRoutes(api: ApiScope, services: UpgradeServices): void {
  const { db } = services.store;
  const edited = async (id: string) => {
    services.events.publish({ kind: 'upgrade', subject: id });
    return await upgradeView(services, await loadUpgrade(db, id));
  };

  api.put(path, {
    config: { permission: 'upgrades.accept-risk', refuses: [...ofDrafts, 'RISK_NOT_ACCEPTABLE', 'UPGRADE_CHANGED'] },
    schema: {
      tags,
      summary: 'Accepts what one check of the preflight found, for the objects that were shown',
      params,
      body: acceptRiskRequestSchema,
      response: { 200: upgradeSchema },
    },
    handler: async (request) => {
      await acceptRisk(db, principalOf(request), request.params, request.body);
      return await edited(request.params.id);
    },
  });

  api.delete(path, {
    config: { permission: 'upgrades.accept-risk', refuses: [...ofDrafts] },
    schema: { tags, summary: 'Takes an acceptance back', params, response: { 200: upgradeSchema } },
    handler: async (request) => {
      await withdrawRisk(db, principalOf(request), request.params);
      return await edited(request.params.id);
    },
  });
}
