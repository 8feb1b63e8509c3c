import type { AdoptRequest } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { layerId } from '@sealift/core/planner';
import type { Release } from '@sealift/core/release';
import type { RegistryClient } from '@sealift/oci/registry-client';
import type { Insertable } from 'kysely';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { fetchPack } from '../catalogue/pack-content.ts';
import { storedRelease } from '../catalogue/stored-release.ts';
import { packBase } from '../catalogue/registry-access.ts';
import { mergeThreads } from '../merging/merge-threads.ts';
import { change } from '../store/change.ts';
import type { Db } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';

/**
 * Records that the cluster already runs a release of the catalogue, with the site's values where it customised them. The base of each
 * layer is the default values of the pack that the signed release pins.
 *
 * @throws ALREADY_ADOPTED, RELEASE_UNKNOWN, LAYER_UNKNOWN, CONSOLE_LOCKED, and for values that are no YAML what the merge throws
 */
export async function adoptRelease(db: Db, client: RegistryClient, actor: Actor, request: AdoptRequest): Promise<void> {
  const { release, digest } = await storedRelease(db, request.version);
  const { product, version } = release.metadata;
  const given = givenValues(release, request);
  const layers: Insertable<Tables['profile_layer']>[] = [];
  for (const [position, layer] of release.spec.layers.entries()) {
    const pinned = { name: layer.pack, version: layer.version, digest: layer.digest };
    const base = (await fetchPack(client, packBase, pinned)).content.valuesYaml;
    const current = given.get(layerId(layer)) ?? base;
    // Reads both texts as a merge will: what it would refuse later is refused now.
    if (current !== base) await mergeThreads.run('countCustomisations', { base, current, presets: '' });
    layers.push({ position, ...layer, base_values: base, current_values: current });
  }
  await change(db, async (trx) => {
    const existing = await trx.selectFrom('profile').select(['product', 'version']).executeTakeFirst();
    if (existing !== undefined) throw new SealiftError('ALREADY_ADOPTED', { values: existing });
    await trx
      .insertInto('profile')
      .values({ id: 1, product, version, release_digest: digest, revision: 1, recorded_by: actor.name })
      .execute();
    await trx.insertInto('profile_layer').values(layers).execute();
    const customised = layers
      .filter((layer) => layer.base_values !== layer.current_values)
      .map((layer) => `${layer.layer}-${layer.pack}`);
    await recordAudit(trx, actor, {
      action: 'platform.adopt',
      subject: `${product} ${version}`,
      details: { release: digest, customised },
    });
  });
}

function givenValues(release: Release, request: AdoptRequest): Map<string, string> {
  const known = new Set(release.spec.layers.map((layer) => layerId(layer)));
  const given = new Map<string, string>();
  for (const [index, { layer, pack, values }] of request.values.entries()) {
    const id = layerId({ layer, pack });
    const place = `body.values.${index}`;
    if (!known.has(id))
      throw new SealiftError('LAYER_UNKNOWN', { place, values: { layer, pack, version: request.version } });
    if (given.has(id)) {
      throw new SealiftError('INPUT_INVALID', { place, values: { what: 'values', reason: `${id} is given twice` } });
    }
    given.set(id, values);
  }
  return given;
}
