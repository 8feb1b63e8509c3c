import type { CheckItem } from '@sealift/core/check';
import { type Drift, drift, type DriftedField } from '@sealift/kubernetes/drift';
import { asReleaseObject, helmManager } from '@sealift/kubernetes/helm-inspect';
import { readHistory, stateOf } from '@sealift/kubernetes/helm-releases';
import { identityOfReference, type KubeObject, nameOf } from '@sealift/kubernetes/object';
import { contentOf, repointOf } from '../../cluster/layers/layer-content.ts';
import { releaseObjects } from '../../cluster/layers/chart-release.ts';
import type { StoredRecord } from '../../cluster/layers/layer-record.ts';
import type { LayerTools } from '../../cluster/layers/layer-tools.ts';
import { memberObject, placeManifests } from '../../cluster/layers/manifest-set.ts';
import { fieldText, isBelow } from './field-text.ts';
import { type LayerMove, moveName } from './layer-move.ts';
import type { Trial, WantedObject } from './trial.ts';

/**
 * What of a layer's objects is not as it was applied last, who changed it where the cluster knows, and what the upgrade does with it. Changes
 * nothing.
 *
 * @param trial of the layer as it is to be; undefined where it is not applied
 * @throws PACK_…, REGISTRY_…, HELM_…, KUBERNETES_…, CANCELLED
 */
export async function layerDrift(
  move: LayerMove,
  stored: StoredRecord,
  trial: Trial | undefined,
  tools: LayerTools,
): Promise<readonly CheckItem[]> {
  const { objects, cancel } = tools;
  const place = moveName(move);
  if (stored.record.attempt !== null || stored.record.applied === null) {
    const text = 'it was cut while it was applied: what is its own and what was changed since cannot be told apart';
    return [{ place, text }];
  }
  const items: CheckItem[] = [];
  const { applied, unknown } = await appliedManifests(move, stored, tools);
  if (unknown !== undefined) items.push({ place, text: unknown });
  const look = async (manager: string | undefined, was: readonly KubeObject[]): Promise<void> => {
    for (const found of await drift(objects, was, { manager, cancel })) {
      items.push(...(await itemsOf(place, found, move.doing, trial, tools)));
    }
  };
  await look(undefined, applied);
  for (const release of stored.record.releases) {
    const state = stateOf(await readHistory(objects, release, cancel));
    const was = await releaseObjects(state, release, tools);
    await look(
      helmManager,
      was.map((object) => asReleaseObject(object, release)),
    );
  }
  return items;
}

/** What manifests brought is not kept in the cluster: it follows again from the pack and the values. */
async function appliedManifests(
  { now }: LayerMove,
  { record }: StoredRecord,
  tools: LayerTools,
): Promise<{ readonly applied: readonly KubeObject[]; readonly unknown?: string }> {
  if (record.members.length === 0) return { applied: [] };
  if (now === undefined || record.applied?.digest !== now.digest || record.applied.valuesHash !== now.valuesHash) {
    return {
      applied: [],
      unknown: 'it runs another pack or other values than recorded: what was applied is not known',
    };
  }
  const content = await contentOf(now, await repointOf(now, tools), tools);
  const { objects } = await placeManifests(now, [], { ...content, mayShrink: true }, tools);
  return { applied: objects.map((object) => memberObject(now, object)) };
}

async function itemsOf(
  layer: string,
  found: Drift,
  doing: LayerMove['doing'],
  trial: Trial | undefined,
  { objects, cancel }: Pick<LayerTools, 'objects' | 'cancel'>,
): Promise<readonly CheckItem[]> {
  const place = `${layer}: ${nameOf(found.object)}`;
  const wanted = trial?.wanted.get(identityOfReference(found.object));
  const gone = doing === 'remove' || (trial?.isWhole === true && wanted === undefined);
  switch (found.state) {
    case 'same':
      return [];
    case 'unknown':
      return [{ place, text: `cannot be compared: ${found.reason.message}`, remedy: found.reason.hint }];
    case 'missing': {
      const fate =
        wanted === undefined ? (gone ? 'is not wanted any more' : 'it stays away') : 'the upgrade makes it again';
      return [{ place, text: `was removed; ${fate}` }];
    }
    case 'drifted': {
      // Asked again only where somebody changed something: for nearly every object that is never.
      const [would] =
        wanted === undefined ? [] : await drift(objects, [wanted.object], { manager: wanted.manager, cancel });
      const next = would?.state === 'drifted' ? would.fields : [];
      return found.fields.map((field) => ({
        place: `${place} ${field.field}`,
        text: `${changeText(field)}; ${gone ? 'the object is removed' : fateOf(field, wanted, next)}`,
      }));
    }
  }
}

function changeText({ live, wanted, owners }: DriftedField): string {
  // Nobody owns a field that is not there, and who owns what is above it need not have removed it.
  const [owner] = live === undefined ? [] : owners;
  const by =
    owner === undefined
      ? ''
      : ` by ${owner.manager} (${owner.operation}${owner.since === null ? '' : `, ${owner.since}`})`;
  return `was changed${by} from ${fieldText(wanted)} to ${fieldText(live)}`;
}

function fateOf({ field }: DriftedField, wanted: WantedObject | undefined, next: readonly DriftedField[]): string {
  if (wanted === undefined) return 'it stays so: the upgrade does not touch it';
  if (wanted.refused.some((one) => isBelow(one, field))) return 'the upgrade would stop here';
  const would = next.find((one) => isBelow(one.field, field));
  return would === undefined ? 'it stays so' : `the upgrade makes it ${fieldText(would.wanted)}`;
}
