import { onFailureRequestSchema, rollbackRequestSchema, upgradeRollbackSchema, upgradeSchema } from '@sealift/core/api';
import { z } from 'zod';
import { readableJournal } from '../../engine/journal-store.ts';
import { shownState } from '../../engine/stored-state.ts';
import type { ApiScope } from '../../http/api-scope.ts';
import { ofDrafts } from '../../http/refusals.ts';
import { principalOf } from '../../http/request-context.ts';
import { loadUpgrade } from '../queries.ts';
import type { UpgradeServices } from '../upgrade-services.ts';
import { upgradeView } from '../upgrade-view.ts';
import { chooseOnFailure } from './choose-on-failure.ts';
import { finaliseUpgrade } from './finalise.ts';
import { readinessOf } from './readiness.ts';
import { rollBackUpgrade } from './roll-back.ts';

const tags = ['upgrades'];
const params = z.object({ id: z.string().max(64) });

/** The way back: whether it is open, taking it, and what a failure does. */
export function rollbackRoutes(api: ApiScope, services: UpgradeServices): void {
  const { db } = services.store;
  const view = async (id: string) => await upgradeView(services, await loadUpgrade(db, id));

  api.get('/upgrades/:id/rollback', {
    config: { permission: 'upgrades.read', refuses: ['UPGRADE_HASH_MISMATCH'] },
    schema: {
      tags,
      summary: 'Whether an upgrade can be taken back, what would be put back and what stays; changes nothing',
      params,
      response: { 200: upgradeRollbackSchema },
    },
    handler: async (request) => {
      const row = await loadUpgrade(db, request.params.id);
      const { entries } = await readableJournal(db, row.id);
      return { id: row.id, state: shownState(row.state), rollback: await readinessOf(db, row, entries) };
    },
  });

  api.post('/upgrades/:id/rollback', {
    config: {
      permission: 'upgrades.control',
      whileLocked: true,
      once: 'answer-kept',
      refuses: ['CONSOLE_LOCKED', 'UPGRADE_STATE_ILLEGAL', 'UPGRADE_ROLLBACK_SHUT', 'UPGRADE_HASH_MISMATCH'],
    },
    schema: {
      tags,
      summary: 'Takes back what an upgrade did that is paused, needs a person or was aborted, the last step first',
      params,
      body: rollbackRequestSchema,
      response: { 202: upgradeSchema },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      await rollBackUpgrade(services, principalOf(request), id, request.body.reason);
      return reply.code(202).send(await view(id));
    },
  });

  api.post('/upgrades/:id/finalise', {
    config: {
      permission: 'upgrades.control',
      whileLocked: true,
      once: 'answer-kept',
      refuses: ['UPGRADE_NOT_FINALISABLE', 'UPGRADE_HASH_MISMATCH'],
    },
    schema: {
      tags,
      summary:
        'Lets a control plane that still serves the old minor go on to the new one: from then on there is no way back',
      params,
      response: { 202: upgradeSchema },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      await finaliseUpgrade(services, principalOf(request), id);
      return reply.code(202).send(await view(id));
    },
  });

  api.put('/upgrades/:id/on-failure', {
    config: { permission: 'upgrades.prepare', refuses: [...ofDrafts] },
    schema: {
      tags,
      summary: 'Chooses what a failure does that stops the upgrade: wait for a person, or roll back while it can',
      params,
      body: onFailureRequestSchema,
      response: { 200: upgradeSchema },
    },
    handler: async (request) => {
      const { id } = request.params;
      await chooseOnFailure(db, principalOf(request), id, request.body.onFailure);
      services.events.publish({ kind: 'upgrade', subject: id });
      return await view(id);
    },
  });
}
