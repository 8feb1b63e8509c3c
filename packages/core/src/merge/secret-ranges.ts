import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node as YamlNode,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { isSealiftError } from '../errors/index.ts';
import { joinSpans, type Span, tellsSecret } from '../secret/mask.ts';
import { namedByFlag } from '../secret/mask-data.ts';
import { memberMeaning } from '../secret/secret-key.ts';
import { secretSpans } from '../secret/secret-spans.ts';
import { parseText } from './parse.ts';
import { rangeOf, spansOfComments, type Zone, zoneAround, zoneInside } from './secret-comments.ts';
import { isDeclared, isSecretPath } from './secret-path.ts';
import type { TextTree } from './tree.ts';
import type { MergePath } from './types.ts';

/** Part of a text that screens and logs do not show. */
export interface SecretRange extends Span {
  /** A whole scalar, part of one, or a comment without its `#`. */
  readonly what: 'value' | 'part' | 'comment';
  /** Stands here under an anchor; what is secret is a place that refers to it. */
  readonly anchored?: true;
}

export interface RangeOptions {
  /** Dotted paths that the pack's schema names as passwords. */
  readonly declared?: readonly string[];
  /** Where in the values the text stands. */
  readonly under?: MergePath;
  /** What was read before; where it is of another text, this one is read. */
  readonly tree?: TextTree | undefined;
}

/**
 * Where a text of YAML holds secrets: scalars at secret places, parts of others such as `user:password@` in a URL, and comments where a
 * mapping holds a secret, for nobody can tell a note from an old value. A text that cannot be read is judged line by line.
 *
 * @returns in order, none inside another
 */
export function secretRanges(text: string, options: RangeOptions = {}): readonly SecretRange[] {
  let tree: TextTree;
  try {
    tree = options.tree?.source.text === text ? options.tree : parseText(text, 'the text', 'allow');
  } catch (error) {
    if (!isSealiftError(error)) throw error;
    const spans = isSecretPath(options.under ?? [], options.declared) ? wholeOf(text) : secretSpans(text);
    return spans.map((span) => ({ ...span, what: 'part' }));
  }
  return new SecretFinder(text, tree, options).ranges();
}

/** Where a node stands: what is known of it, and from where to where the text is its own. */
interface Place {
  readonly path: MergePath;
  readonly secret: boolean;
  /** The top of a document, whose comments are mostly documentation. */
  readonly isTop: boolean;
  readonly from: number;
  readonly limit: number;
}

/** Walks the nodes of a text once; what secret aliases refer to once more. */
class SecretFinder {
  readonly #text: string;
  readonly #tree: TextTree;
  readonly #declared: readonly string[];
  readonly #under: MergePath;
  readonly #found: SecretRange[] = [];
  readonly #scalars: Span[] = [];
  readonly #zones: Zone[] = [];
  readonly #targets = new Set<YamlNode>();
  #anchored = false;

  constructor(text: string, tree: TextTree, { declared = [], under = [] }: RangeOptions) {
    this.#text = text;
    this.#tree = tree;
    this.#declared = declared;
    this.#under = under;
  }

  ranges(): readonly SecretRange[] {
    const place = {
      path: this.#under,
      secret: isSecretPath(this.#under, this.#declared),
      isTop: this.#under.length === 0,
    };
    for (const { root, start, end } of this.#tree.documents) {
      if (root.yaml !== null) this.#visit(root.yaml, { ...place, from: start, limit: end });
    }
    this.#anchored = true;
    // What is referred to may itself refer to more: the set grows while it is walked.
    for (const node of this.#targets) {
      const [from = 0, limit = from] = node.range ?? [];
      this.#visit(node, { path: [], secret: true, isTop: false, from, limit });
    }
    const { whole, parts } = spansOfComments(this.#text, joinSpans(this.#scalars), this.#zones);
    for (const span of whole) this.#found.push({ ...span, what: 'comment' });
    for (const span of parts) this.#found.push({ ...span, what: 'part' });
    return outermost(this.#found);
  }

  /** @returns whether the scalar, or a scalar right below the mapping, is hidden whole */
  #visit(node: YamlNode, place: Place): boolean {
    if (isScalar(node)) return this.#visitScalar(node, place.secret);
    if (isMap(node)) return this.#visitMap(node, place);
    if (isSeq(node)) return this.#visitSeq(node, place);
    const target = isAlias(node) ? this.#tree.aliasTargets.get(node) : undefined;
    if (place.secret && target !== undefined) this.#targets.add(target);
    return false;
  }

  #visitScalar(node: Scalar, secret: boolean): boolean {
    const [start = 0, stop = start] = node.range ?? [];
    const source = this.#text.slice(start, stop).trimEnd();
    if (source === '') return false;
    this.#scalars.push({ start, end: stop });
    const end = start + source.length;
    if (secret && tellsSecret(node.value)) {
      this.#found.push({ start, end, what: 'value', ...(this.#anchored ? { anchored: true } : {}) });
      return true;
    }
    const { text, skipped } = contentOf(source, node.type);
    for (const span of secretSpans(text)) {
      this.#found.push({ start: start + skipped + span.start, end: start + skipped + span.end, what: 'part' });
    }
    return false;
  }

  #visitMap({ items }: YAMLMap, { path, secret, isTop, from, limit }: Place): boolean {
    const texts = new Map(items.map(({ key, value }) => [textOf(key), textOf(value)]));
    let holdsHidden = false;
    for (const [index, { key, value }] of items.entries()) {
      const [start, end] = rangeOf(key) ?? [from, from];
      this.#scalars.push({ start, end });
      if (!isNode(value)) continue;
      const name = textOf(key) ?? '';
      const meaning = memberMeaning(name, (sibling) => texts.get(sibling));
      const below = [...path, name];
      const hidden = this.#visit(value, {
        path: below,
        secret: (meaning === undefined ? secret : meaning === 'secret') || isDeclared(below, this.#declared),
        isTop: false,
        from: end,
        limit: rangeOf(items[index + 1]?.key)?.[0] ?? limit,
      });
      if (!hidden || !isScalar(value)) continue;
      holdsHidden = true;
      this.#zones.push(zoneAround(this.#text, start, rangeOf(value)?.[1] ?? end));
    }
    if (secret || (holdsHidden && !isTop)) this.#zones.push(zoneInside(this.#text, from, limit, items[0]?.key));
    return holdsHidden;
  }

  #visitSeq({ items }: YAMLSeq, { path, secret, from, limit }: Place): boolean {
    let before = from;
    for (const [index, item] of items.entries()) {
      if (!isNode(item)) continue;
      const [start, end] = rangeOf(item) ?? [before, before];
      const next = rangeOf(items[index + 1])?.[0] ?? limit;
      const flagged = namedByFlag(textOf(items[index - 1]));
      const below = [...path, isMap(item) ? {} : index];
      const isSecret = secret || flagged || isDeclared(below, this.#declared);
      const hidden = this.#visit(item, { path: below, secret: isSecret, isTop: false, from: start, limit: next });
      if (hidden) this.#zones.push(zoneAround(this.#text, start, end));
      before = end;
    }
    if (secret) this.#zones.push(zoneInside(this.#text, from, limit, items[0]));
    return false;
  }
}

function wholeOf(text: string): readonly Span[] {
  return text.trim() === '' ? [] : [{ start: 0, end: text.length }];
}

/** What a scalar says, each character where it is written: without quotes, and with the line breaks that escapes stand for. */
function contentOf(source: string, type: Scalar.Type | undefined): { readonly text: string; readonly skipped: number } {
  if (type !== 'QUOTE_DOUBLE' && type !== 'QUOTE_SINGLE') return { text: source, skipped: 0 };
  const inside = source.slice(1, -1);
  if (type === 'QUOTE_SINGLE') return { text: inside, skipped: 1 };
  const text = inside.replaceAll(/\\([^])/g, (_, escaped: string) => (escaped === 'n' ? ' \n' : ` ${escaped}`));
  return { text, skipped: 1 };
}

/** In order, without those inside another. */
function outermost(ranges: readonly SecretRange[]): readonly SecretRange[] {
  const kept: SecretRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (range.start >= (kept.at(-1)?.end ?? 0)) kept.push(range);
  }
  return kept;
}

function textOf(node: unknown): string | undefined {
  return isScalar(node) ? String(node.value) : undefined;
}
