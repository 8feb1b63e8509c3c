import type { CheckItem } from '@sealift/core/check';
import { SealiftError } from '@sealift/core/errors';
import type { OwnObjects } from '@sealift/core/release';
import { type DriftedField, drift } from '@sealift/kubernetes/drift';
import { FieldConflict } from '@sealift/kubernetes/field-conflict';
import { asReleaseObject, type ForeignField, helmManager } from '@sealift/kubernetes/helm-inspect';
import { identityOfReference, type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import { chartTools } from '../../cluster/layers/apply-layer.ts';
import { contentOf, repointOf } from '../../cluster/layers/layer-content.ts';
import { type ChartTools, cutRevision, inspectRelease, shownPlace } from '../../cluster/layers/chart-release.ts';
import type { StoredRecord } from '../../cluster/layers/layer-record.ts';
import type { LayerTools } from '../../cluster/layers/layer-tools.ts';
import { memberObject, placeManifests, tryObject } from '../../cluster/layers/manifest-set.ts';
import type { PackChart } from '../../cluster/layers/pack-content.ts';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { fieldText, isBelow } from './field-text.ts';
import { lacksHelm } from './lacks-helm.ts';
import { moveName } from './layer-move.ts';
import { TakenOver } from './taken-over.ts';

/** An object as the upgrade would send it. */
export interface WantedObject {
  readonly object: KubeObject;
  /** Under which it is applied; undefined for our own. */
  readonly manager: string | undefined;
  /** Fields over which the apply would be refused. */
  readonly refused: readonly string[];
}

/** What the cluster says of a layer as it is to be applied. */
export interface Trial {
  /** What would be refused. */
  readonly refusals: readonly CheckItem[];
  /** What cannot be tried before something else of the upgrade was done. */
  readonly untried: readonly CheckItem[];
  /** By identity. */
  readonly wanted: ReadonlyMap<string, WantedObject>;
  /** Whether `wanted` is all that the layer is to have. */
  readonly isWhole: boolean;
}

/** Failures that may be gone when the layer's turn comes: its kinds may come with a layer before it. */
const early: ReadonlySet<string> = new Set(['KUBERNETES_KIND_UNKNOWN', 'KUBERNETES_API_INCOMPLETE', 'HELM_FAILED']);

/**
 * Tries to apply a layer by dry runs, object by object, and goes on after what is refused. Changes nothing.
 *
 * @param takenOver what steps of the release give to it before
 * @throws what passes by itself or says nothing of the layer: KUBERNETES_UNREACHABLE, REGISTRY_…, CANCELLED
 */
export async function tryLayer(
  layer: DesiredLayer,
  stored: StoredRecord | undefined,
  takenOver: readonly OwnObjects[],
  tools: LayerTools,
): Promise<Trial> {
  const found = new Found(moveName(layer), new TakenOver(takenOver));
  const repoint = await repointOf(layer, tools);
  const content = await found.of(contentOf(layer, repoint, tools));
  if (content === undefined) return found;
  const manifests = await found.of(placeManifests(layer, stored?.record.members ?? [], content, tools));
  for (const object of manifests?.objects ?? []) await tryManifest(found, layer, object, tools);
  for (const chart of content.charts) {
    await tryChart(found, chart, content.mayShrink, stored, await chartTools(tools, repoint));
  }
  return found;
}

async function tryManifest(found: Found, layer: DesiredLayer, object: KubeObject, tools: LayerTools): Promise<void> {
  const member = memberObject(layer, object);
  const wanted = { object: member, manager: undefined, refused: [] };
  try {
    await tryObject(layer, object, tools);
    found.add(wanted);
  } catch (error) {
    if (!(error instanceof FieldConflict)) {
      found.add(wanted);
      found.refuse(error);
      return;
    }
    const given = found.takenOver.byManifests(referenceOf(object));
    const others = error.owners.filter(({ manager }) => !given.includes(manager));
    if (others.length === 0) {
      found.add(wanted);
      found.early(nameOf(referenceOf(object)), takenFirst);
      return;
    }
    const fields = others.map(({ field, manager }) => ({ field, owner: `${manager} set it` }));
    await found.conflict({ ...wanted, refused: fields.map(({ field }) => field) }, fields, tools);
  }
}

async function tryChart(
  found: Found,
  chart: PackChart,
  mayShrink: boolean,
  stored: StoredRecord | undefined,
  tools: ChartTools,
): Promise<void> {
  const cut = await found.of(cutRevision(chart, stored?.record.attempt ?? null, tools).then((last) => ({ last })));
  if (cut === undefined) return;
  if (cut.last !== undefined) {
    found.early(`the release ${shownPlace(chart)}`, `revision ${cut.last.revision} was cut; it is ended first`);
    return;
  }
  const inspected = await found.of(inspectRelease(chart, mayShrink, tools));
  if (inspected === undefined) return;
  const { rendered, foreignObjects, foreignFields } = inspected;
  for (const object of foreignObjects) {
    if (found.takenOver.byChart(object, chart) !== undefined) {
      found.early(nameOf(object), takenFirst);
      continue;
    }
    found.refusals.push({
      place: found.place(nameOf(object)),
      text: `is there already and does not belong to the release ${shownPlace(chart)}`,
      remedy: 'Remove it, or leave it out of the values: helm takes nothing that is not its own.',
    });
  }
  for (const object of rendered) {
    const identity = identityOfReference(referenceOf(object));
    const givenUp = found.takenOver.byChart(referenceOf(object), chart)?.managers ?? [];
    const fields = foreignFields.filter(
      (one) =>
        identityOfReference(one.object) === identity && !givenUp.some((manager) => one.owner.includes(`"${manager}"`)),
    );
    const wanted = {
      object: asReleaseObject(object, chart),
      manager: helmManager,
      refused: fields.map(({ field }) => field),
    };
    if (fields.length === 0) found.add(wanted);
    else await found.conflict(wanted, fields, tools);
  }
}

const takenFirst = 'a step of the release takes it over first';

/** What a trial has found so far. */
class Found implements Trial {
  readonly refusals: CheckItem[] = [];
  readonly untried: CheckItem[] = [];
  readonly wanted = new Map<string, WantedObject>();
  isWhole = true;
  readonly takenOver: TakenOver;
  readonly #name: string;

  constructor(name: string, takenOver: TakenOver) {
    this.#name = name;
    this.takenOver = takenOver;
  }

  place(what: string): string {
    return what === '' ? this.#name : `${this.#name}: ${what}`;
  }

  add(wanted: WantedObject): void {
    this.wanted.set(identityOfReference(referenceOf(wanted.object)), wanted);
  }

  /** The result; undefined, and noted, where it was refused. */
  async of<Result>(doing: Promise<Result>): Promise<Result | undefined> {
    try {
      return await doing;
    } catch (error) {
      this.isWhole = false;
      this.refuse(error);
      return undefined;
    }
  }

  refuse(error: unknown): void {
    // Without helm nothing is known of the layer.
    if (!(error instanceof SealiftError) || lacksHelm(error)) throw error;
    if (early.has(error.code) || isStored(error)) this.early('', error.message);
    else if (error.next !== 'needs-a-person') throw error;
    else {
      const place = this.place(error.place?.replace(`${this.#name}, `, '') ?? '');
      this.refusals.push({ place, text: error.message, remedy: error.hint });
    }
  }

  early(what: string, reason: string): void {
    this.isWhole = false;
    this.untried.push({ place: this.place(what), text: `cannot be tried yet: ${reason}` });
  }

  /** Fields of others, with what each is and what it would become. */
  async conflict(
    wanted: WantedObject,
    fields: readonly Pick<ForeignField, 'field' | 'owner'>[],
    { objects, cancel }: Pick<LayerTools, 'objects' | 'cancel'>,
  ): Promise<void> {
    this.add(wanted);
    const { object, manager } = wanted;
    const [would] = await drift(objects, [object], { manager, cancel });
    const differing: readonly DriftedField[] = would?.state === 'drifted' ? would.fields : [];
    const name = nameOf(referenceOf(object));
    for (const { field, owner } of fields) {
      const known = differing.find((one) => isBelow(one.field, field));
      const values =
        known === undefined ? '' : `, is ${fieldText(known.live)} and would become ${fieldText(known.wanted)}`;
      this.refusals.push({
        place: this.place(`${name} ${field}`),
        text: `belongs to another: ${owner}${values}`,
        remedy:
          'Ask its owner. Then give the layer’s values what the field is, leave it out of them, or set the field to what it would become.',
      });
    }
  }
}

/** A definition drops a version in which objects are stored: the upgrade rewrites them before, and another check counts them. */
function isStored({ code, message }: SealiftError): boolean {
  return code === 'KUBERNETES_REFUSED' && message.includes('storedVersions');
}
