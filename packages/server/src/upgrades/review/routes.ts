import {
  answersRequestSchema,
  hunkedTextListSchema,
  hunkedTextSchema,
  hunksRequestSchema,
  isAllowed,
  layerManifestsSchema,
  layerPreviewSchema,
  layerTextsSchema,
  pastedTextRequestSchema,
  resolutionsRequestSchema,
  reviewedLayerSchema,
  reviewSchema,
} from '@sealift/core/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ApiScope } from '../../http/api-scope.ts';
import { textBodyBytes } from '../../http/body-limits.ts';
import { ifMatch, tagOf } from '../../http/if-match.ts';
import { ofClusters, ofDrafts, ofHelm, ofMerges, ofPacks } from '../../http/refusals.ts';
import { principalOf } from '../../http/request-context.ts';
import {
  changeAnswers,
  dropPastedText,
  type Editing,
  type LayerAddress,
  pasteText,
  setResolutions,
} from '../edit-draft.ts';
import { loadLinkedLayer } from '../layer-chain.ts';
import { layerPreview } from '../layer-preview.ts';
import { type ShownValues, textsOf } from '../merge-cache.ts';
import { loadLayer, loadUpgrade } from '../queries.ts';
import type { UpgradeServices } from '../upgrade-services.ts';
import { hunkedTexts, settleHunks } from './hunked-texts.ts';
import { revisionOf } from './layer-edits.ts';
import { layerManifests, oneAtATime } from './manifests.ts';
import { layerReview, upgradeReview } from './review.ts';

const tags = ['upgrades'];
const byId = z.object({ id: z.string().max(64) });
const byLayer = byId.extend({ layerId: z.string().max(300) });
const json = 'application/json; charset=utf-8';

/** The values that persons gave, and others, may be secrets. */
function valuesFor(request: FastifyRequest): ShownValues {
  return isAllowed(principalOf(request).role, 'platform.values') ? 'whole' : 'hidden';
}

/** What each layer becomes, and the answers of persons; what is edited has an `ETag`, and edits take `If-Match`. */
export function layerRoutes(api: ApiScope, services: UpgradeServices): void {
  const { db } = services.store;
  // Bytes are sent as they are: the thread that made them has held them against the schema of the answer.
  const show = async (reply: FastifyReply, { id, layerId }: LayerAddress) => {
    const tag = tagOf(await revisionOf(db, await loadLayer(db, id, layerId)));
    return sendJson(reply.header('etag', tag), await layerPreview(db, id, layerId));
  };
  const sendJson = (reply: FastifyReply, bytes: Uint8Array) => reply.type(json).send(bytes);
  const changed = (id: string): void => services.events.publish({ kind: 'upgrade', subject: id });
  const edited = async (reply: FastifyReply, address: LayerAddress) => {
    changed(address.id);
    return await show(reply, address);
  };
  const editing = (request: FastifyRequest, address: LayerAddress): Editing => ({
    actor: principalOf(request),
    address,
    seen: ifMatch(request.headers),
  });
  const path = '/upgrades/:id/layers/:layerId';
  const rendering = oneAtATime();

  api.get('/upgrades/:id/review', {
    config: { permission: 'upgrades.read', refuses: [...ofMerges] },
    schema: {
      tags,
      summary:
        'Every decision of every layer, without their texts; values that persons gave read *** for whoever may not see values',
      params: byId,
      response: { 200: reviewSchema },
    },
    handler: async (request, reply) => {
      await loadUpgrade(db, request.params.id);
      return sendJson(reply, await upgradeReview(db, request.params.id, valuesFor(request)));
    },
  });

  api.get(path, {
    config: {
      permission: 'platform.values',
      sends: ['etag'],
      refuses: ofMerges,
    },
    schema: {
      tags,
      summary: 'The preview of one layer, already merged',
      params: byLayer,
      response: { 200: layerPreviewSchema },
    },
    handler: async (request, reply) => {
      await loadUpgrade(db, request.params.id);
      return await show(reply, request.params);
    },
  });

  api.get(`${path}/texts`, {
    config: { permission: 'upgrades.read', refuses: ofMerges },
    schema: {
      tags,
      summary:
        'The texts of one layer, with the places of their secrets, which read *** for whoever may not see values',
      params: byLayer,
      response: { 200: layerTextsSchema },
    },
    handler: async (request, reply) => {
      const { id, layerId } = request.params;
      await loadUpgrade(db, id);
      return sendJson(reply, await textsOf(await loadLinkedLayer(db, id, layerId), valuesFor(request)));
    },
  });

  api.get(`${path}/manifests`, {
    config: { permission: 'platform.values', refuses: [...ofDrafts, ...ofPacks, ...ofClusters, ...ofHelm] },
    schema: {
      tags,
      summary:
        'The objects that a layer of a draft comes to in the cluster, now and after the upgrade, rendered when asked',
      params: byLayer,
      response: { 200: layerManifestsSchema },
    },
    handler: async (request) => {
      const { id, layerId } = request.params;
      const row = await loadUpgrade(db, id);
      return await rendering(() => layerManifests(services, row, layerId));
    },
  });

  api.patch(`${path}/resolutions`, {
    bodyLimit: textBodyBytes,
    config: { permission: 'upgrades.prepare', ifMatch: 'taken', sends: ['etag'], refuses: [...ofDrafts] },
    schema: {
      tags,
      summary: 'Changes the answers to some paths; with If-Match only where nobody else edited the layer meanwhile',
      params: byLayer,
      body: answersRequestSchema,
      response: { 200: reviewedLayerSchema },
    },
    handler: async (request, reply) => {
      const { params, body } = request;
      await changeAnswers(db, editing(request, params), body);
      changed(params.id);
      const { bytes, revision } = await layerReview(db, params.id, params.layerId);
      return sendJson(reply.header('etag', tagOf(revision)), bytes);
    },
  });

  api.get('/upgrades/:id/hunks', {
    config: { permission: 'platform.values' },
    schema: {
      tags,
      summary: 'Long texts of the upgrade of which hunks were settled, and how far that is',
      params: byId,
      response: { 200: hunkedTextListSchema },
    },
    handler: async (request) => {
      const { id } = await loadUpgrade(db, request.params.id);
      return { texts: await hunkedTexts(db, id) };
    },
  });

  api.patch(`${path}/hunks`, {
    bodyLimit: textBodyBytes,
    config: {
      permission: 'upgrades.prepare',
      ifMatch: 'taken',
      sends: ['etag'],
      refuses: ['RECORD_CHANGED', ...ofDrafts],
    },
    schema: {
      tags,
      summary: 'Settles hunks of a long text, or opens them again; its conflict stays open until it is answered',
      params: byLayer,
      body: hunksRequestSchema,
      response: { 200: hunkedTextSchema },
    },
    handler: async (request, reply) => {
      const { params, body } = request;
      const text = await settleHunks(db, editing(request, params), body);
      changed(params.id);
      return reply.header('etag', tagOf(text.revision)).send(text);
    },
  });

  api.put(`${path}/resolutions`, {
    bodyLimit: textBodyBytes,
    config: { permission: 'upgrades.prepare', ifMatch: 'taken', sends: ['etag'], refuses: [...ofDrafts] },
    schema: {
      tags,
      summary: "Replaces the layer's resolutions",
      params: byLayer,
      body: resolutionsRequestSchema,
      response: { 200: layerPreviewSchema },
    },
    handler: async (request, reply) => {
      const { params, body } = request;
      await setResolutions(db, editing(request, params), body.resolutions);
      return await edited(reply, params);
    },
  });

  api.put(`${path}/text`, {
    bodyLimit: textBodyBytes,
    config: { permission: 'upgrades.prepare', ifMatch: 'taken', sends: ['etag'], refuses: [...ofDrafts] },
    schema: {
      tags,
      summary: "Pastes a text in the merge's place; it is checked against the merge",
      params: byLayer,
      body: pastedTextRequestSchema,
      response: { 200: layerPreviewSchema },
    },
    handler: async (request, reply) => {
      const { params, body } = request;
      await pasteText(db, editing(request, params), body.text);
      return await edited(reply, params);
    },
  });

  api.delete(`${path}/text`, {
    config: { permission: 'upgrades.prepare', ifMatch: 'taken', sends: ['etag'], refuses: [...ofDrafts] },
    schema: { tags, summary: 'Goes back to the merge', params: byLayer, response: { 200: layerPreviewSchema } },
    handler: async (request, reply) => {
      const { params } = request;
      await dropPastedText(db, editing(request, params));
      return await edited(reply, params);
    },
  });
}
