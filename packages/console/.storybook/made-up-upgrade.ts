import type { LayerChange, UpgradeCourse } from '@sealift/core/api';
import type { UpgradeTree } from '@sealift/core/upgrade';
import { reviewRows, type ReviewRow } from '../src/features/upgrade/review/review-rows.ts';
import { course } from '../test/fixture/course.ts';
import { changes, type LayerEdits } from '../test/fixture/layers.ts';
import { reviewedLayers } from '../test/fixture/review.ts';
import { type Progress, upgrade } from '../test/fixture/upgrade.ts';

const edits: LayerEdits = { resolutions: new Map(), pasted: new Map(), history: new Map() };

/** Every row of its review, nothing answered yet. */
export const rows: readonly ReviewRow[] = reviewRows(
  { layers: reviewedLayers({ ...edits, also: 'alike' }) },
  new Map(),
);

/** One of its layers. */
export const layer: LayerChange = changes(edits)[0] ?? missing('layer');

/** The first row of a kind. */
export function rowOf(kind: ReviewRow['decision']['kind']): ReviewRow {
  return rows.find(({ decision }) => decision.kind === kind) ?? missing(`row that is ${kind}`);
}

const failure = {
  code: 'NODE_NOT_READY',
  message: 'node cp-2 is not ready',
  hint: 'Look at its machine.',
  next: 'needs-a-person',
} as const;

interface Told {
  readonly hasFailed?: boolean;
  /** Whether this site knows how long steps take. */
  readonly hasHistory?: boolean;
}

/** Where it is after some steps, with its tree, and the time at which that was seen, ms since 1970. */
export function courseAt(
  steps: Progress,
  { hasFailed = false, hasHistory = true }: Told = {},
): { course: UpgradeCourse; tree: UpgradeTree; now: number } {
  const seen = course(upgrade(edits, steps, hasFailed ? failure : null), hasHistory);
  return { course: seen, tree: seen.tree ?? missing('tree'), now: Date.parse(seen.at) };
}

function missing(what: string): never {
  throw new Error(`the made-up upgrade has no ${what}`);
}
