import { createHash, randomBytes } from 'node:crypto';
import type { Resolution } from '@sealift/core/merge';
import type { LinkedRow } from '../merging/carried-answers.ts';
import { mergeThreads } from '../merging/merge-threads.ts';
import type { LayerMerge, MergedLayerRow } from '../merging/layer-merge.ts';
import type { ListedMerge } from '../merging/layer-review.ts';

/** Of what is made of rows: some drafts of sixty layers each. */
const keptBytes = 64 * 1024 * 1024;

/** What a thread makes of rows, by the hash of its inputs, the least lately used first; bounded by what it takes. */
class MadeOfRows<Made> {
  readonly #make: (row: LinkedRow) => Promise<Made>;
  readonly #bytesOf: (made: Made) => number;
  readonly #results = new Map<string, { readonly made: Made; readonly bytes: number }>();
  readonly #running = new Map<string, Promise<Made>>();
  #bytes = 0;

  constructor(make: (row: LinkedRow) => Promise<Made>, bytesOf: (made: Made) => number) {
    this.#make = make;
    this.#bytesOf = bytesOf;
  }

  async get(row: LinkedRow): Promise<Made> {
    const key = hashOfInputs(row);
    const known = this.#results.get(key);
    if (known !== undefined) {
      this.#results.delete(key);
      this.#results.set(key, known);
      return known.made;
    }
    const running = this.#running.get(key) ?? this.#keepWhenMade(key, this.#make(row));
    this.#running.set(key, running);
    return await running;
  }

  /** Whether it was made, or is being made. */
  has(row: LinkedRow): boolean {
    const key = hashOfInputs(row);
    return this.#results.has(key) || this.#running.has(key);
  }

  /** Takes what is being made of a row elsewhere; whoever asks meanwhile waits for it. */
  async take(row: LinkedRow, making: Promise<Made>): Promise<void> {
    const key = hashOfInputs(row);
    const running = this.#running.has(key) ? making : this.#keepWhenMade(key, making);
    if (running !== making) this.#running.set(key, running);
    // Also where it is not needed any more: nobody else hears of its failure.
    await running;
  }

  async #keepWhenMade(key: string, making: Promise<Made>): Promise<Made> {
    try {
      const made = await making;
      if (!this.#results.has(key)) this.#keep(key, made);
      return made;
    } finally {
      this.#running.delete(key);
    }
  }

  #keep(key: string, made: Made): void {
    const bytes = this.#bytesOf(made);
    if (bytes > keptBytes) return;
    this.#results.set(key, { made, bytes });
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#results) {
      if (this.#bytes <= keptBytes) break;
      this.#results.delete(oldest);
      this.#bytes -= freed;
    }
  }
}

/** Of a merge without its text. */
const summaryBytes = 4096;

// A text takes up to two bytes a character.
const merges = new MadeOfRows<LayerMerge>(
  (row) => mergeThreads.run('mergeAnew', row),
  ({ text, handsOn }) => summaryBytes + 2 * ((text?.length ?? 0) + handsOn.length),
);
const previews = new MadeOfRows<Uint8Array>(
  (row) => mergeThreads.run('previewAnew', row),
  ({ byteLength }) => byteLength,
);

/** Equal values of conflicts are told apart from others by it. */
const likenessKey = randomBytes(32).toString('hex');
const reviews = new MadeOfRows<Uint8Array>(
  (row) => mergeThreads.run('reviewAnew', { row, key: likenessKey }),
  ({ byteLength }) => byteLength,
);

const texts = new MadeOfRows<Uint8Array>(
  (row) => mergeThreads.run('textsAnew', row),
  ({ byteLength }) => byteLength,
);

const hiddenReviews = new MadeOfRows<Uint8Array>(
  async (row) => mergeThreads.run('hideReviewed', await reviews.get(row)),
  ({ byteLength }) => byteLength,
);

const hiddenTexts = new MadeOfRows<Uint8Array>(
  async (row) => mergeThreads.run('hideTexts', await texts.get(row)),
  ({ byteLength }) => byteLength,
);

/** Whether values are shown as they are, or those that are secret, or that persons gave, as `***`. */
export type ShownValues = 'whole' | 'hidden';

/**
 * The merge of a row's three texts, made anew only where none of its inputs was merged before: a page reads a draft again and
 * again, and each layer's merge costs what three parses of its texts cost. What it answers must not be changed.
 *
 * @throws MERGE_*
 */
export async function mergeLayer(row: LinkedRow): Promise<MergedLayerRow> {
  return { ...(await merges.get(row)), row };
}

/** What is shown of one row, as `previewAnew`, made anew likewise. @throws MERGE_* */
export function previewOf(row: LinkedRow): Promise<Uint8Array> {
  return previews.get(row);
}

/** The row's texts, as `textsAnew`, made anew likewise. @throws MERGE_* */
export function textsOf(row: LinkedRow, values: ShownValues): Promise<Uint8Array> {
  return (values === 'whole' ? texts : hiddenTexts).get(row);
}

/** The row in the change review, as `reviewAnew`, made anew likewise. @throws MERGE_* */
export function reviewOf(row: LinkedRow, values: ShownValues): Promise<Uint8Array> {
  return (values === 'whole' ? reviews : hiddenReviews).get(row);
}

/**
 * Merges a row that has new answers, once for all that is asked of it afterwards.
 *
 * @param given the answers that are new
 * @throws INPUT_INVALID, MERGE_*
 */
export async function answerRow(row: LinkedRow, given: readonly Resolution[]): Promise<void> {
  await takeBoth(row, mergeThreads.run('answerLayer', { row, given, key: likenessKey }));
}

/**
 * Merges a row for a draft, and makes what people open next of the same merge, which would cost as much once more.
 *
 * @throws MERGE_*
 */
export async function mergeForDraft(row: LinkedRow): Promise<void> {
  if (!merges.has(row)) await takeBoth(row, mergeThreads.run('mergeListed', { row, key: likenessKey }));
}

async function takeBoth(row: LinkedRow, making: Promise<ListedMerge>): Promise<void> {
  await Promise.all([
    merges.take(
      row,
      making.then(({ merge }) => merge),
    ),
    reviews.take(
      row,
      making.then(({ review }) => review),
    ),
  ]);
}

/** SHA-256 over everything that a merge depends on; not over where the row stands. */
function hashOfInputs({ upgrade_id: _upgrade, position: _position, ...inputs }: LinkedRow): string {
  const hash = createHash('sha256');
  for (const [name, value] of Object.entries(inputs).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    // Lengths keep one field's end from being read as the next one's beginning.
    const text = value === null ? null : String(value);
    hash.update(`${name} ${text === null ? 'null' : text.length}\n`).update(text ?? '');
  }
  return hash.digest('hex');
}
