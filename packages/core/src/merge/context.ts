import { isCollection, isScalar } from 'yaml';
import { SealiftError } from '../errors/index.ts';
import { pathKey, pathText } from './path-text.ts';
import { isSecretPath } from './secret-path.ts';
import type { Entry, TreeNode } from './tree.ts';
import type { Decision, DecisionKind, ListKeys, MergePath, Resolution, Side } from './types.ts';
import type { Values } from './values.ts';

export type SideName = 'base' | 'current' | 'incoming';

/** The entries of the three texts that stand for one path; absent where a text does not have it. */
export interface Triple {
  readonly base?: Entry | undefined;
  readonly current?: Entry | undefined;
  readonly incoming?: Entry | undefined;
  /** The comment lines above it, where they were decided together with those of its neighbours. */
  readonly lead?: string | undefined;
}

/** What a path's text is taken from: a side, or a value that a person gave. */
export type Choice =
  | { readonly take: SideName }
  | { readonly take: 'value'; readonly text: string; readonly place: string; readonly isSecret: boolean };

/** What earlier attempts at a merge showed to be needed so that its aliases stand for the decided values. Paths are as `pathKey` writes them. */
export interface Repairs {
  /** Conflicts, because merging them did not give the decided value. */
  readonly forced: ReadonlySet<string>;
  /** Entries whose aliases are written out. */
  readonly writtenOut: ReadonlySet<string>;
  /** Anchors that stay on a customised value because something refers to them. */
  readonly anchors: ReadonlySet<string>;
}

export interface ContextOptions {
  readonly hasAliases: boolean;
  readonly resolutions: readonly Resolution[];
  readonly listKeys: readonly ListKeys[];
  readonly repairs: Repairs;
}

/** What one merge carries along: the values' identities, the resolutions, and the decisions made so far. */
export class MergeContext {
  readonly values: Values;
  /** Whether equal texts may still hold different values, because an alias stands in one of them. */
  readonly hasAliases: boolean;
  readonly decisions: Decision[] = [];
  /** Paths, as people write them, at which a person gave an alias of something elsewhere in the merged text. */
  readonly aliasesGiven = new Set<string>();
  readonly #resolutions: ReadonlyMap<string, Resolution>;
  readonly #listKeys: ReadonlyMap<string, readonly string[]>;
  readonly #used = new Set<string>();
  readonly #repairs: Repairs;

  constructor(values: Values, options: ContextOptions) {
    this.values = values;
    this.hasAliases = options.hasAliases;
    this.#repairs = options.repairs;
    this.#listKeys = new Map(options.listKeys.map((declared) => [declared.path, declared.keys]));
    const resolutions = new Map<string, Resolution>();
    for (const resolution of options.resolutions) {
      const key = pathKey(resolution.path);
      if (resolutions.has(key)) throw badResolution(pathText(resolution.path), 'there are two answers for the path');
      resolutions.set(key, resolution);
    }
    this.#resolutions = resolutions;
  }

  /** Records what becomes of a path and tells where its text comes from: a resolution's choice, else the given side. */
  decide(kind: DecisionKind, path: MergePath, triple: TripleOfNodes, reason: string, otherwise: SideName): Choice {
    const key = pathKey(path);
    const resolution = this.#resolutions.get(key);
    const sides: { base?: Side; current?: Side; incoming?: Side } = {};
    if (triple.base !== undefined) sides.base = this.#side(triple.base);
    if (triple.current !== undefined) sides.current = this.#side(triple.current);
    if (triple.incoming !== undefined) sides.incoming = this.#side(triple.incoming);
    const decision: Decision = { path: [...path], kind, ...sides, reason };
    if (resolution === undefined) {
      this.decisions.push(decision);
      return { take: otherwise };
    }
    this.#used.add(key);
    if ('take' in resolution) {
      this.decisions.push({ ...decision, resolvedBy: resolution.take });
      return { take: resolution.take };
    }
    this.decisions.push({ ...decision, resolvedBy: 'value' });
    return { take: 'value', text: resolution.value, place: pathText(path), isSecret: isSecretPath(path) };
  }

  isForced(path: MergePath): boolean {
    const { forced } = this.#repairs;
    return forced.size > 0 && forced.has(pathKey(path));
  }

  isWrittenOut(path: MergePath): boolean {
    const { writtenOut } = this.#repairs;
    return writtenOut.size > 0 && writtenOut.has(pathKey(path));
  }

  /** Whether something inside the path is written out, so that no side's text serves as a whole. */
  writesOutWithin(path: MergePath): boolean {
    const { writtenOut } = this.#repairs;
    if (writtenOut.size === 0) return false;
    const within = `${pathKey(path).slice(0, -1)},`;
    return [...writtenOut].some((key) => key.startsWith(within));
  }

  /** The anchor of one of the values that has to stay, whichever value is taken. */
  keptAnchor(triple: TripleOfNodes): string | undefined {
    const { anchors } = this.#repairs;
    if (anchors.size === 0) return undefined;
    const names = [triple.incoming, triple.current, triple.base].map((node) => anchorOf(node));
    return names.find((name) => name !== undefined && anchors.has(name));
  }

  /** The state to go back to when a way of merging turns out not to work. */
  mark(): number {
    return this.decisions.length;
  }

  forgetSince(mark: number): void {
    this.decisions.length = mark;
  }

  /** Whether a resolution names the path. */
  resolves(path: MergePath): boolean {
    return this.#resolutions.has(pathKey(path));
  }

  /** The members that the pack's schema declares as the identity of a list's items. */
  declaredKeys(path: MergePath): readonly string[] | undefined {
    if (this.#listKeys.size === 0) return undefined;
    return this.#listKeys.get(path.map((element) => (typeof element === 'string' ? element : '*')).join('/'));
  }

  /** The resolutions that named no path with a decision. */
  unusedResolutions(): readonly Resolution[] {
    return [...this.#resolutions].filter(([key]) => !this.#used.has(key)).map(([, resolution]) => resolution);
  }

  #side(node: TreeNode): Side {
    const { source, start } = node;
    const end = Math.max(start, trimmedEnd(source.text, start, node.end));
    return {
      value: this.values.plain(node.yaml),
      source: source.text.slice(start, end),
      range: source.range(start, end),
    };
  }
}

/** The values of a triple. */
export interface TripleOfNodes {
  readonly base?: TreeNode | undefined;
  readonly current?: TreeNode | undefined;
  readonly incoming?: TreeNode | undefined;
}

export function nodesOf(triple: Triple): TripleOfNodes {
  return { base: triple.base?.node, current: triple.current?.node, incoming: triple.incoming?.node };
}

function anchorOf(node: TreeNode | undefined): string | undefined {
  const yaml = node?.yaml;
  return isScalar(yaml) || isCollection(yaml) ? yaml.anchor : undefined;
}

/** A resolution whose value cannot be used. */
export function badResolution(place: string, reason: string): SealiftError {
  return new SealiftError('MERGE_RESOLUTION_INVALID', { place, values: { path: place, reason } });
}

function trimmedEnd(text: string, start: number, end: number): number {
  let trimmed = end;
  while (trimmed > start && (text[trimmed - 1] === '\n' || text[trimmed - 1] === '\r')) trimmed -= 1;
  return trimmed;
}
