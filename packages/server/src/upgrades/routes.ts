import {
  abortRequestSchema,
  confirmRequestSchema,
  startUpgradeRequestSchema,
  upgradeListSchema,
  upgradeSchema,
} from '@sealift/core/api';
import { z } from 'zod';
import { confirmUpgrade } from './confirm.ts';
import { intervene } from './intervene.ts';
import { assertDraft } from './assert-draft.ts';
import { pathRoutes } from './path/routes.ts';
import { layerRoutes } from './review/routes.ts';
import { findUpgrade, loadUpgrade, newestUpgrades } from './queries.ts';
import { runPreflight } from './preflight/run.ts';
import { withdrawRequest } from './second-person.ts';
import { startDraft } from './start-draft.ts';
import type { UpgradeServices } from './upgrade-services.ts';
import { upgradeSummary, upgradeView } from './upgrade-view.ts';
import { valuesRoutes } from './values/routes.ts';
import type { ApiScope } from '../http/api-scope.ts';
import { afterSchema, timeCursor } from '../http/cursor.ts';
import { ofDrafts, ofMerges, ofPacks, ofReleases } from '../http/refusals.ts';
import { principalOf } from '../http/request-context.ts';

const tags = ['upgrades'];
const byId = z.object({ id: z.string().max(64) });

/** Drafts, their layers, confirmation, progress. */
export function upgradeRoutes(api: ApiScope, services: UpgradeServices): void {
  const { db } = services.store;
  const view = async (id: string) => upgradeView(services, await loadUpgrade(db, id));
  const changed = (id: string): void => services.events.publish({ kind: 'upgrade', subject: id });

  api.get('/upgrades', {
    config: { permission: 'upgrades.read' },
    schema: {
      tags,
      summary: 'Upgrades, newest first, 50 a page',
      querystring: afterSchema,
      response: { 200: upgradeListSchema },
    },
    handler: async (request) => {
      const { rows, next } = await newestUpgrades(db, timeCursor(request.query.after));
      return { upgrades: rows.map(upgradeSummary), next };
    },
  });

  api.post('/upgrades', {
    config: {
      permission: 'upgrades.prepare',
      once: 'answer-kept',
      refuses: [
        ...ofReleases,
        ...ofPacks,
        ...ofMerges,
        'NOT_ADOPTED',
        'RELEASE_IN_TWO_REGISTRIES',
        'UPGRADE_NOT_LEGAL',
        'UPGRADE_CHANGED',
        'UPGRADE_FROM_NEWER',
        'REVERSIBLE_NOT_OFFERED',
      ],
    },
    schema: {
      tags,
      summary: 'Makes a draft, merged and planned; the same draft again while nothing changed',
      body: startUpgradeRequestSchema,
      response: { 200: upgradeSchema, 201: upgradeSchema },
    },
    handler: async (request, reply) => {
      const { id, isNew } = await startDraft(services, principalOf(request), request.body);
      if (isNew) changed(id);
      if (request.body.preflight) await runPreflight(services, await loadUpgrade(db, id));
      return reply.code(isNew ? 201 : 200).send(await view(id));
    },
  });

  api.get('/upgrades/:id', {
    config: { permission: 'upgrades.read', refuses: [...ofMerges] },
    schema: {
      tags,
      summary: 'One upgrade: plan, layers, preflight, progress',
      params: byId,
      response: { 200: upgradeSchema },
    },
    handler: (request) => view(request.params.id),
  });

  api.post('/upgrades/:id/preflight', {
    config: { permission: 'upgrades.prepare', refuses: [...ofDrafts, 'UPGRADE_CHANGED'] },
    schema: {
      tags,
      summary: 'Looks at the site again for a draft, and keeps what was found',
      params: byId,
      response: { 200: upgradeSchema },
    },
    handler: async (request) => {
      const row = await loadUpgrade(db, request.params.id);
      assertDraft(row);
      await runPreflight(services, row);
      changed(row.id);
      return view(row.id);
    },
  });

  api.post('/upgrades/:id/confirm', {
    config: {
      permission: 'upgrades.confirm',
      once: 'answer-kept',
      refuses: [...ofDrafts, 'SECOND_PERSON_NEEDED', 'UPGRADE_BLOCKED', 'UPGRADE_CHANGED'],
    },
    schema: {
      tags,
      summary:
        'Approves what has this hash, locks the console and starts; where a second person is needed, the first one asks and another one approves',
      params: byId,
      body: confirmRequestSchema,
      response: { 202: upgradeSchema },
    },
    handler: async (request, reply) => {
      await confirmUpgrade(services, principalOf(request), request.params.id, request.body.hash);
      return reply.code(202).send(await view(request.params.id));
    },
  });

  api.delete('/upgrades/:id/confirm', {
    config: { permission: 'upgrades.confirm', refuses: [...ofMerges] },
    schema: {
      tags,
      summary: 'Takes back that a second person was asked to approve',
      params: byId,
      response: { 200: upgradeSchema },
    },
    handler: async (request) => {
      const { id } = request.params;
      await withdrawRequest(db, principalOf(request), id);
      changed(id);
      return view(id);
    },
  });

  for (const intervention of ['pause', 'resume'] as const) {
    const summary =
      intervention === 'pause' ? 'Stops at the next safe point' : 'Goes on after a pause or a mended cause';
    api.post(`/upgrades/:id/${intervention}`, {
      config: {
        permission: 'upgrades.control',
        whileLocked: true,
        once: 'answer-kept',
        refuses: ['UPGRADE_STATE_ILLEGAL'],
      },
      schema: { tags, summary, params: byId, response: { 202: upgradeSchema } },
      handler: async (request, reply) => {
        await intervene(services, principalOf(request), request.params.id, intervention, '');
        return reply.code(202).send(await view(request.params.id));
      },
    });
  }
  api.post('/upgrades/:id/abort', {
    config: {
      permission: 'upgrades.control',
      whileLocked: true,
      once: 'answer-kept',
      refuses: ['UPGRADE_STATE_ILLEGAL'],
    },
    schema: {
      tags,
      summary:
        'Ends the upgrade at the next safe point; the reason goes to the audit log. 204 where only its lock was left',
      params: byId,
      body: abortRequestSchema,
      response: { 202: upgradeSchema, 204: z.null() },
    },
    handler: async (request, reply) => {
      const { params, body } = request;
      await intervene(services, principalOf(request), params.id, 'abort', body.reason);
      const row = await findUpgrade(db, params.id);
      if (row === undefined) return reply.code(204).send(null);
      return reply.code(202).send(await upgradeView(services, row));
    },
  });

  layerRoutes(api, services);
  pathRoutes(api, services);
  valuesRoutes(api, services);
}
