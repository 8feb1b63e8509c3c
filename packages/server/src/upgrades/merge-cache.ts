import { createHash } from 'node:crypto';
import type { UpgradeLayerRow } from '../store/tables.ts';
import { type MergedLayerRow, mergeAnew } from './layer-merge.ts';

/** Of the texts that are kept, in UTF-16 code units: some drafts of sixty layers. */
const keptLength = 64 * 1024 * 1024;

type Merged = Omit<MergedLayerRow, 'row'>;

/** Results by the hash of their inputs, the least lately used first; bounded by the length of their texts. */
class MergeCache {
  readonly #results = new Map<string, { readonly merged: Merged; readonly length: number }>();
  #length = 0;

  get(row: UpgradeLayerRow): Merged {
    const key = hashOfInputs(row);
    const known = this.#results.get(key);
    if (known !== undefined) {
      this.#results.delete(key);
      this.#results.set(key, known);
      return known.merged;
    }
    const { row: _, ...merged } = mergeAnew(row);
    this.#keep(key, merged);
    return merged;
  }

  #keep(key: string, merged: Merged): void {
    const { base, current, incoming } = merged.preview;
    // Decisions quote the texts: about as much again.
    const length = 2 * (base.length + current.length + incoming.length + merged.preview.merged.length);
    if (length > keptLength) return;
    this.#results.set(key, { merged, length });
    this.#length += length;
    for (const [oldest, { length: freed }] of this.#results) {
      if (this.#length <= keptLength) break;
      this.#results.delete(oldest);
      this.#length -= freed;
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
export function mergeLayer(row: UpgradeLayerRow): MergedLayerRow {
  return { ...cache.get(row), row };
}

/** SHA-256 over everything that a merge depends on; not over where the row stands. */
function hashOfInputs({ upgrade_id: _upgrade, hop: _hop, position: _position, ...inputs }: UpgradeLayerRow): string {
  const hash = createHash('sha256');
  for (const [name, value] of Object.entries(inputs).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    // Lengths keep one field's end from being read as the next one's beginning.
    hash.update(`${name} ${value === null ? 'null' : value.length}\n`).update(value ?? '');
  }
  return hash.digest('hex');
}
