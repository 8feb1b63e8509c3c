import {
  layerHistorySchema,
  layerValuesCheckSchema,
  layerValuesRequestSchema,
  layerValuesSchema,
  upgradeSchema,
} from '@sealift/core/api';
import { z } from 'zod';
import type { ApiScope } from '../../http/api-scope.ts';
import { textBodyBytes } from '../../http/body-limits.ts';
import { afterSchema, timeCursor } from '../../http/cursor.ts';
import { seenRevision, tagOf } from '../../http/if-match.ts';
import { ofMerges, ofPacks, ofReleases } from '../../http/refusals.ts';
import { principalOf } from '../../http/request-context.ts';
import { loadUpgrade } from '../queries.ts';
import type { UpgradeServices } from '../upgrade-services.ts';
import { upgradeView } from '../upgrade-view.ts';
import { layerHistory } from './history.ts';
import { adoptedProfile, checkValues, layerValues } from './layer-values.ts';
import { layerOf } from './edited-layer.ts';
import { startValuesDraft } from './start-values-draft.ts';

const tags = ['platform'];
const byLayer = z.object({ layerId: z.string().max(300) });
const path = '/profile/layers/:layerId';

/** Editing what a layer runs: looked at, held against its pack, and made the draft of an upgrade; nothing is applied here. */
export function valuesRoutes(api: ApiScope, services: UpgradeServices): void {
  const { db } = services.store;

  api.get(path, {
    config: { permission: 'platform.values', sends: ['etag'], refuses: ['NOT_ADOPTED'] },
    schema: {
      tags,
      summary: "A layer's values as they run, with the schema of its pack",
      params: byLayer,
      response: { 200: layerValuesSchema },
    },
    handler: async (request, reply) => {
      const found = await layerValues(services, request.params.layerId);
      return reply.header('etag', tagOf(found.revision)).send(found);
    },
  });

  api.get(`${path}/history`, {
    config: { permission: 'platform.values', refuses: ['NOT_ADOPTED'] },
    schema: {
      tags,
      summary: 'What the layer ran before, the newest first, 20 a page',
      params: byLayer,
      querystring: afterSchema,
      response: { 200: layerHistorySchema },
    },
    handler: async (request) => {
      const { after } = request.query;
      const { layerId } = request.params;
      layerOf(await adoptedProfile(db), layerId);
      return await layerHistory(db, layerId, timeCursor(after));
    },
  });

  api.post(`${path}/check`, {
    bodyLimit: textBodyBytes,
    // It changes nothing.
    config: { permission: 'platform.values', whileLocked: true, refuses: ['NOT_ADOPTED', ...ofMerges, ...ofPacks] },
    schema: {
      tags,
      summary: 'Holds a text against the schemas of the layer’s pack',
      params: byLayer,
      body: layerValuesRequestSchema,
      response: { 200: layerValuesCheckSchema },
    },
    handler: (request) => checkValues(services, request.params.layerId, request.body.values),
  });

  api.post(`${path}/values`, {
    bodyLimit: textBodyBytes,
    config: {
      permission: 'upgrades.prepare',
      ifMatch: 'needed',
      once: 'answer-kept',
      refuses: ['NOT_ADOPTED', 'UPGRADE_NOT_LEGAL', 'UPGRADE_FROM_NEWER', ...ofReleases, ...ofMerges, ...ofPacks],
    },
    schema: {
      tags,
      summary: 'Makes a draft that applies new values to the release that runs; edits of other layers join it',
      params: byLayer,
      body: layerValuesRequestSchema,
      response: { 200: upgradeSchema, 201: upgradeSchema },
    },
    handler: async (request, reply) => {
      const { layerId } = request.params;
      const wanted = { layerId, values: request.body.values, seen: seenRevision(request, 'the profile') };
      const { id, isNew } = await startValuesDraft(services, principalOf(request), wanted);
      services.events.publish({ kind: 'upgrade', subject: id });
      return reply.code(isNew ? 201 : 200).send(await upgradeView(services, await loadUpgrade(db, id)));
    },
  });
}
