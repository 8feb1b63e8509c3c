import { upgradeSchema } from '@sealift/core/api';
import { z } from 'zod';
import type { ApiScope } from '../../http/api-scope.ts';
import { ofDrafts } from '../../http/refusals.ts';
import { principalOf } from '../../http/request-context.ts';
import { loadUpgrade } from '../queries.ts';
import type { UpgradeServices } from '../upgrade-services.ts';
import { upgradeView } from '../upgrade-view.ts';
import { rehearseUpgrade } from './rehearse-upgrade.ts';

/** Rehearsals of the minors of Kubernetes that an upgrade crosses. */
export function rehearsalRoutes(api: ApiScope, services: UpgradeServices): void {
  api.post('/upgrades/:id/rehearsal', {
    config: {
      permission: 'upgrades.prepare',
      once: 'answer-kept',
      refuses: [
        ...ofDrafts,
        'REHEARSAL_RUNNING',
        'REHEARSAL_NOT_NEEDED',
        'REHEARSAL_PROGRAMS_MISSING',
        'CLUSTER_SIMULATED',
      ],
    },
    schema: {
      tags: ['upgrades'],
      summary:
        'Begins to rehearse a draft’s minors of Kubernetes on a copy of all that the cluster stores; the upgrade tells how far it is',
      params: z.object({ id: z.string().max(64) }),
      response: { 202: upgradeSchema },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      await rehearseUpgrade(services, principalOf(request), id);
      return reply.code(202).send(await upgradeView(services, await loadUpgrade(services.store.db, id)));
    },
  });
}
