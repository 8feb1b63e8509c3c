import type { Check, CheckItem } from '@sealift/core/check';
import type { OwnObjects } from '@sealift/core/release';
import { asSealiftError, isSealiftError } from '@sealift/core/errors';
import { mapAtOnce } from '@sealift/io/map-at-once';
import { block, type Finding, pass, runCheck, warn, withItems } from '@sealift/upgrade/preflight/check';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { StoredRecord } from '../../cluster/layers/layer-record.ts';
import type { LayerTools } from '../../cluster/layers/layer-tools.ts';
import { layerDrift } from './layer-drift.ts';
import { type LayerMove, moveName } from './layer-move.ts';
import { type Trial, tryLayer } from './trial.ts';

/** What was found of one layer. */
interface Examined {
  readonly move: LayerMove;
  readonly trial: Pick<Trial, 'refusals' | 'untried'>;
  readonly drift: readonly CheckItem[];
  /** Why it could not be looked at, or not to its end; null where it was. */
  readonly unseen: CheckItem | null;
  /** Whether the trial went to its end, whatever became of the rest. */
  readonly isTried: boolean;
  /** Whether time alone was short. */
  readonly late: boolean;
}

/** A preflight answers within 10 s. */
const usualTimeoutMs = 8000;
/** Layers looked at at a time: the requests of each follow one another. */
const atOnce = 3;

/** What layers are looked at with. */
export type OpenLayerTools = (cancel: Cancel) => Promise<LayerTools>;

/** Whether each layer can be applied as it was merged, and what was changed by hand since it was applied. Both look once, and change nothing. */
export function layerChecks(
  open: OpenLayerTools,
  moves: () => Promise<readonly LayerMove[]>,
  {
    timeoutMs = usualTimeoutMs,
    takenOver = [],
  }: { readonly timeoutMs?: number; readonly takenOver?: readonly OwnObjects[] } = {},
): readonly Promise<Check>[] {
  let examining: Promise<readonly Examined[]> | undefined;
  const examined = (): Promise<readonly Examined[]> =>
    (examining ??= examineLayers(open, moves, takenOver, AbortSignal.timeout(timeoutMs)));
  const check = (name: string, title: string, judge: (all: readonly Examined[]) => Finding): Promise<Check> =>
    runCheck(name, title, async () => judge(await examined()), { timeoutMs });
  return [
    check('layers-can-be-applied', 'The cluster would take every layer that is to be applied', appliedFinding),
    check('layers-unchanged', 'Nobody changed what the layers applied', driftFinding),
  ];
}

async function examineLayers(
  open: OpenLayerTools,
  moves: () => Promise<readonly LayerMove[]>,
  takenOver: readonly OwnObjects[],
  cancel: Cancel,
): Promise<readonly Examined[]> {
  const [tools, all] = await Promise.all([open(cancel), moves()]);
  return await mapAtOnce(all, atOnce, (move) => examine(move, takenOver, tools));
}

const nothing = { refusals: [], untried: [] };

async function examine(move: LayerMove, takenOver: readonly OwnObjects[], tools: LayerTools): Promise<Examined> {
  let trial: Trial | undefined;
  let isTried = false;
  try {
    tools.cancel.throwIfAborted();
    const stored = await tools.records.find(move, tools.cancel);
    trial = await trialOf(move, stored, takenOver, tools);
    isTried = true;
    const drift = stored === undefined ? [] : await layerDrift(move, stored, trial, tools);
    return { move, trial: trial ?? nothing, drift, unseen: null, isTried, late: false };
  } catch (error) {
    const late = tools.cancel.aborted || isSealiftError(error, 'CANCELLED');
    const { message, hint } = asSealiftError(error);
    const unseen = late
      ? { place: moveName(move), text: 'was not looked at to its end in the time of a preflight' }
      : { place: moveName(move), text: message, remedy: hint };
    return { move, trial: trial ?? nothing, drift: [], unseen, isTried, late };
  }
}

async function trialOf(
  move: LayerMove,
  stored: StoredRecord | undefined,
  takenOver: readonly OwnObjects[],
  tools: LayerTools,
): Promise<Trial | undefined> {
  if (move.next !== undefined) return await tryLayer(move.next, stored, takenOver, tools);
  if (move.doing !== 'apply') return undefined;
  const untried = [{ place: moveName(move), text: 'cannot be tried yet: its merge has open conflicts' }];
  return { refusals: [], untried, wanted: new Map(), isWhole: false };
}

function appliedFinding(all: readonly Examined[]): Finding {
  const applied = all.filter(({ move }) => move.doing === 'apply');
  const refusals = applied.flatMap(({ trial }) => trial.refusals);
  const untried = applied.flatMap(({ trial }) => trial.untried);
  const open = applied.filter(({ isTried }) => !isTried);
  const unseen = open.flatMap((one) => one.unseen ?? []);
  const items = [...refusals, ...unseen, ...untried];
  if (refusals.length > 0) {
    const where = refusals.length === 1 ? 'one place' : `${refusals.length} places`;
    const remedy = 'Settle each of them as it says; until then the upgrade would stop in its middle.';
    return withItems(block(`The cluster would refuse ${where}; first ${firstOf(refusals)}`, remedy), items);
  }
  const blind = open.filter(({ unseen: why, late }) => why !== null && !late);
  if (blind.length > 0) {
    const remedy = 'Mend what keeps it from being looked at, then look again.';
    return withItems({ outcome: 'unknown', detail: firstOf(unseen), remedy }, items);
  }
  if (items.length > 0) {
    const remedy =
      'Each is tried once more when its turn comes, before anything of it is changed; whether its kinds are served then is a check of its own. What there was no time for: look again when less is going on.';
    return withItems(warn(`${items.length} could not be tried now; first ${firstOf(items)}`, remedy), items);
  }
  return pass(`${applied.length} layers tried by dry runs`);
}

function driftFinding(all: readonly Examined[]): Finding {
  const found = all.flatMap(({ drift }) => drift);
  const unseen = all.flatMap((one) => one.unseen ?? []);
  const items = [...found, ...unseen];
  if (items.length === 0) return pass(`${all.length} layers compared with what was applied`);
  const remedy = 'Find out who changed it. What shall stay belongs into the values of its layer.';
  if (found.length === 0) return withItems(warn(`Not compared: ${firstOf(unseen)}`, 'Look again.'), items);
  const places = found.length === 1 ? 'One place differs' : `${found.length} places differ`;
  return withItems(
    warn(`${places} from what was applied, or cannot be compared; first ${firstOf(found)}`, remedy),
    items,
  );
}

function firstOf(items: readonly CheckItem[]): string {
  const [first] = items;
  return first === undefined ? '' : `${first.place} ${first.text}`;
}
