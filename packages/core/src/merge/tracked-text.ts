/** A replacement of a range. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Where in `text` something stands that was copied from the text before the edit, and from which offset. */
  readonly copied?: { readonly at: number; readonly from: number };
}

/** A text and the edits that made it, so that an offset in it can be traced to the text it was made from. */
export class TrackedText {
  readonly text: string;
  readonly #edits: readonly Edit[];

  constructor(text: string, edits: readonly Edit[] = []) {
    this.text = text;
    this.#edits = edits;
  }

  apply(edit: Edit): TrackedText {
    const text = this.text.slice(0, edit.start) + edit.text + this.text.slice(edit.end);
    return new TrackedText(text, [...this.#edits, edit]);
  }

  /** The offset in the original text; inside a text that was put in, the place where it was put. */
  origin(offset: number): number {
    let at = offset;
    for (const edit of this.#edits.toReversed()) {
      const inserted = edit.start + edit.text.length;
      if (at < edit.start) continue;
      if (at >= inserted) at += edit.end - inserted;
      else if (edit.copied !== undefined && at >= edit.start + edit.copied.at) {
        at = edit.copied.from + (at - edit.start - edit.copied.at);
      } else at = edit.start;
    }
    return at;
  }
}
