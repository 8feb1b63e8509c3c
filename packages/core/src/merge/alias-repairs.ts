import type { Repairs } from './context.ts';
import { pathKey } from './path-text.ts';
import type { MergePath } from './types.ts';
import { mergeKey } from './values.ts';
import type { Unsound } from './verify.ts';

/** How many attempts mend one path each; later ones mend all that they find. */
const carefulAttempts = 10;
/** How often a merge whose aliases do not work out is tried again before it is refused. */
const mostAttempts = 60;

/**
 * What is done about aliases that would not stand for the decided values in a merged text: first an anchor that went is
 * kept; then the path is set aside as a conflict; then what is taken there is written out; then the same one level up.
 */
export class AliasRepairs implements Repairs {
  readonly forced = new Set<string>();
  readonly writtenOut = new Set<string>();
  readonly anchors = new Set<string>();
  #attempts = 0;

  /** Takes the next step against what is unsound; false when there is none. */
  mend({ paths, lostAnchors }: Unsound): boolean {
    this.#attempts += 1;
    if (this.#attempts > mostAttempts) return false;
    const fresh = lostAnchors.filter((name) => !this.anchors.has(name));
    for (const name of fresh) this.anchors.add(name);
    if (fresh.length > 0) return true;
    // One path may be sound once another is mended. Anchors come back where something still refers to them.
    this.anchors.clear();
    const batch = this.#attempts <= carefulAttempts ? paths.slice(0, 1) : paths;
    return batch.every((path) => this.#mendPath(path));
  }

  #mendPath(path: MergePath): boolean {
    // What stands behind `<<` belongs to its mapping: the mapping is the conflict.
    const from = path.at(-1) === mergeKey ? path.slice(0, -1) : path;
    for (let length = from.length; length > 0; length -= 1) {
      const key = pathKey(from.slice(0, length));
      for (const done of [this.forced, this.writtenOut]) {
        if (done.has(key)) continue;
        done.add(key);
        return true;
      }
    }
    return false;
  }
}
