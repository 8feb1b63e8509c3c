import type { Node as YamlNode } from 'yaml';
import type { SourceText } from './source.ts';

/*
 * The merge's own view of a text: entries that own contiguous source ranges, so that a merged text is put together
 * from ranges and every byte between two entries belongs to exactly one of them.
 *
 *   # about replicas        ┐ lead: whole lines
 *   replicas: 3  # odd      │ head, then the value, then the trail to the end of the line
 *     # deeper comment      ┘ (and deeper comment lines)
 */

/** One `key: value` of a mapping or one `- value` of a sequence. */
export interface Entry {
  readonly source: SourceText;
  readonly member: 'pair' | 'item';
  /** What identifies it in a mapping; empty in a sequence. */
  readonly key: string;
  readonly keyNode: YamlNode | null;
  /** Column of the key or the dash. */
  readonly indent: number;
  /** Where its lead begins: the end of the entry before. */
  readonly from: number;
  /** Where its own first line begins; equal to `head` when it starts on its parent's line. */
  readonly lineStart: number;
  /** Where the key (or its anchor or tag) or the dash begins. */
  readonly head: number;
  /** After the `:` or the `-`. */
  readonly separatorEnd: number;
  /** Where the next entry's lead begins; in flow style where the value ends. */
  to: number;
  /** In flow style: the comment behind the value and its comma, empty where there is none. */
  readonly note?: string;
  readonly node: TreeNode;
}

interface Positioned {
  readonly source: SourceText;
  /** First character of the value, its anchor and tag included. */
  readonly start: number;
  /** After the last character of the value. */
  readonly end: number;
  /** The composed node; null where nothing is written. */
  readonly yaml: YamlNode | null;
  /** The column that continuation lines are relative to: that of the entry that holds the value. */
  readonly indent: number;
}

/** A scalar, an alias, nothing at all, or a collection whose inside cannot be spliced. */
export interface LeafNode extends Positioned {
  readonly kind: 'leaf';
  readonly style: 'none';
}

interface Members {
  readonly entries: readonly Entry[];
  /** A mapping's entries by key; empty for a sequence. */
  readonly byKey: ReadonlyMap<string, Entry>;
}

/** A mapping or sequence in flow style: `{a: 1}`, `[x, y]`. Its entries have no trail, and a lead only where it holds comments. */
export interface FlowNode extends Positioned, Members {
  readonly kind: 'map' | 'seq';
  readonly style: 'flow';
  /** Where the opening bracket stands, after anchor and tag. */
  readonly open: number;
  /** It holds comments: each entry stands on lines of its own. */
  readonly commented: boolean;
}

/** A mapping or sequence in block style. */
export interface BlockNode extends Positioned, Members {
  readonly kind: 'map' | 'seq';
  readonly style: 'block';
  readonly entryIndent: number;
  /** Where the first entry's lead begins; on the parent's own line when `compact`. */
  readonly bodyStart: number;
  readonly compact: boolean;
  /** Comment lines after the last entry that are indented like the entries. */
  readonly tailStart: number;
  readonly tailEnd: number;
}

export type Collection = BlockNode | FlowNode;
export type TreeNode = LeafNode | Collection;

/** One document of a text. */
export interface DocumentTree {
  readonly source: SourceText;
  readonly start: number;
  /** Directives, `---`, and the comment that heads the file. */
  readonly prefixEnd: number;
  readonly root: TreeNode;
  /** After the last byte that belongs to the root; the rest is blank lines, comments and `...`. */
  readonly rootEnd: number;
  readonly end: number;
}

export interface TextTree {
  readonly source: SourceText;
  readonly documents: readonly DocumentTree[];
  readonly aliasTargets: ReadonlyMap<YamlNode, YamlNode>;
}
