import { createHash } from 'node:crypto';
import type { LinkedRow } from '../merging/carried-answers.ts';
import { mergeThreads } from '../merging/merge-threads.ts';
import type { LayerMerge, MergedLayerRow } from '../merging/layer-merge.ts';

/** Of the answers and texts that are kept: some drafts of sixty layers. */
const keptBytes = 128 * 1024 * 1024;

/** Results by the hash of their inputs, the least lately used first; bounded by what they take. */
class MergeCache {
  readonly #results = new Map<string, { readonly merged: LayerMerge; readonly bytes: number }>();
  readonly #running = new Map<string, Promise<LayerMerge>>();
  #bytes = 0;

  async get(row: LinkedRow): Promise<LayerMerge> {
    const key = hashOfInputs(row);
    const known = this.#results.get(key);
    if (known !== undefined) {
      this.#results.delete(key);
      this.#results.set(key, known);
      return known.merged;
    }
    const running = this.#running.get(key) ?? this.#merge(key, row);
    this.#running.set(key, running);
    return await running;
  }

  async #merge(key: string, row: LinkedRow): Promise<LayerMerge> {
    try {
      const merged = await mergeThreads.run('mergeAnew', row);
      this.#keep(key, merged);
      return merged;
    } finally {
      this.#running.delete(key);
    }
  }

  #keep(key: string, merged: LayerMerge): void {
    // A text takes up to two bytes a character.
    const bytes = merged.answer.byteLength + 2 * ((merged.text?.length ?? 0) + merged.handsOn.length);
    if (bytes > keptBytes) return;
    this.#results.set(key, { merged, bytes });
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#results) {
      if (this.#bytes <= keptBytes) break;
      this.#results.delete(oldest);
      this.#bytes -= freed;
    }
  }
}

const cache = new MergeCache();

/**
 * The merge of a row's three texts, made anew only where none of its inputs was merged before: a page reads a draft again and
 * again, and each layer's merge costs what three parses of its texts cost. What it answers must not be changed.
 *
 * @throws MERGE_*
 */
export async function mergeLayer(row: LinkedRow): Promise<MergedLayerRow> {
  return { ...(await cache.get(row)), row };
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
