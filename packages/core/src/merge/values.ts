import { isAlias, isMap, isPair, isScalar, isSeq, type Node as YamlNode, type YAMLMap } from 'yaml';
import type { TextTree, TreeNode } from './tree.ts';

/** Booleans of YAML 1.1 that YAML 1.2 takes for strings: Helm reads them as booleans when they are plain. */
const oldBooleans = /^(?:y|n|yes|no|on|off)$/i;

/** The key behind which a mapping takes over the members of others. */
export const mergeKey = '<<';

/** Identity of values across texts: two nodes get the same number when, aliases followed, they hold the same value. */
export class Values {
  readonly #aliasTargets = new Map<YamlNode, YamlNode>();
  readonly #numbers = new Map<string, number>();
  readonly #known = new Map<YamlNode, number>();
  readonly #members = new Map<number, readonly (readonly [string, number])[]>();
  readonly #items = new Map<number, readonly number[]>();

  constructor(trees: readonly TextTree[]) {
    for (const tree of trees) this.learn(tree);
  }

  learn(tree: TextTree): void {
    for (const [alias, target] of tree.aliasTargets) this.#aliasTargets.set(alias, target);
  }

  /** The number of what stands at a node of a tree; nothing written is null. */
  of(node: TreeNode): number {
    return this.ofYaml(node.yaml);
  }

  same(a: TreeNode, b: TreeNode): boolean {
    return this.of(a) === this.of(b);
  }

  ofYaml(node: YamlNode | null): number {
    if (node === null) return this.scalar('null');
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const number = this.#compute(node);
    this.#known.set(node, number);
    return number;
  }

  scalar(text: string): number {
    return this.#intern(text);
  }

  /** The number of a mapping with these members, those behind `<<` among them; their order does not count. */
  map(members: readonly (readonly [string, number])[]): number {
    const effective = members.some(([key]) => key === mergeKey) ? this.#withMerged(members) : members;
    const parts = effective.map(([key, number]) => `${JSON.stringify(key)}:${number}`).sort();
    const number = this.#intern(`{${parts.join(',')}}`);
    if (!this.#members.has(number)) this.#members.set(number, effective);
    return number;
  }

  list(items: readonly number[]): number {
    const number = this.#intern(`[${items.join(',')}]`);
    if (!this.#items.has(number)) this.#items.set(number, items);
    return number;
  }

  /** The members of a mapping's number, those behind `<<` among them; undefined for any other value. */
  membersOf(number: number): readonly (readonly [string, number])[] | undefined {
    return this.#members.get(number);
  }

  /** What an alias stands for; undefined when its anchor is lost. */
  targetOf(alias: YamlNode): YamlNode | undefined {
    return this.#aliasTargets.get(alias);
  }

  /** A mapping with what stands behind its `<<` (YAML 1.1 merge keys, as Helm reads them): its own keys win, then the first named. */
  #withMerged(members: readonly (readonly [string, number])[]): readonly (readonly [string, number])[] {
    const behind = members.find(([key]) => key === mergeKey)?.[1] ?? -1;
    const sources = (this.#items.get(behind) ?? [behind]).map((source) => this.#members.get(source));
    const effective = new Map(members.filter(([key]) => key !== mergeKey));
    for (const source of sources) {
      if (source === undefined) return members;
      for (const [key, number] of source) if (!effective.has(key)) effective.set(key, number);
    }
    return [...effective];
  }

  #compute(node: YamlNode): number {
    if (isAlias(node)) {
      const target = this.#aliasTargets.get(node);
      return target === undefined ? this.#intern(`alias ${node.source}`) : this.ofYaml(target);
    }
    const tag = 'tag' in node && node.tag !== undefined ? this.#tagPrefix(node.tag) : '';
    if (isScalar(node)) return this.#intern(tag + scalarText(node));
    let number: number;
    if (isMap(node)) {
      number = this.map(node.items.map((pair) => [this.key(pair.key), this.ofYaml(asNode(pair.value))]));
    } else if (isSeq(node)) {
      number = this.list(node.items.map((item) => this.ofYaml(asNode(item))));
    } else number = this.#intern('unknown');
    return tag === '' ? number : this.#intern(`${tag}${number}`);
  }

  #tagPrefix(tag: string): string {
    return tag.startsWith('tag:yaml.org,2002:') ? '' : `${tag} `;
  }

  /** What a key counts as among a mapping's keys: its text, or the number of a collection or of what an alias stands for. */
  key(key: unknown): string {
    return isScalar(key) ? String(key.value) : `# ${this.ofYaml(asNode(key))}`;
  }

  #intern(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(text, number);
    }
    return number;
  }

  /** The value as data that JSON can hold. Integers too large for a number become their digits, `.inf` and `.nan` their text. */
  plain(node: YamlNode | null): unknown {
    if (node === null) return null;
    if (isAlias(node)) {
      const target = this.#aliasTargets.get(node);
      return target === undefined ? `*${node.source}` : this.plain(target);
    }
    if (isScalar(node)) {
      if (typeof node.value === 'bigint') {
        const number = Number(node.value);
        return Number.isSafeInteger(number) ? number : String(node.value);
      }
      return typeof node.value === 'number' && !Number.isFinite(node.value) ? nonFinite(node.value) : node.value;
    }
    if (isSeq(node)) return node.items.map((item) => this.plain(asNode(item)));
    if (!isMap(node)) return null;
    const plain: Record<string, unknown> = {};
    for (const [key, value] of this.pairsOf(node)) {
      // Defined, not assigned: `__proto__` is a key like any other.
      Object.defineProperty(plain, isScalar(key) ? String(key.value) : String(key), {
        value: this.plain(value),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return plain;
  }

  /** The pairs of a mapping; those behind `<<` stand in its place, where the mapping does not have them itself. */
  pairsOf(map: YAMLMap): readonly (readonly [key: unknown, value: YamlNode | null])[] {
    const isMerge = (key: unknown): boolean => isScalar(key) && key.value === mergeKey;
    const merged = map.items.find((pair) => isMerge(pair.key));
    const own = map.items.map((pair) => [pair.key, asNode(pair.value)] as const);
    const sources = merged === undefined ? undefined : this.#mergedMaps(asNode(merged.value));
    if (sources === undefined) return own;
    const seen = new Set(own.map(([key]) => this.key(key)));
    const behind = sources.flatMap((source) =>
      this.pairsOf(source).filter(([key]) => !seen.has(this.key(key)) && seen.add(this.key(key))),
    );
    return own.flatMap((pair) => (isMerge(pair[0]) ? behind : [pair]));
  }

  #mergedMaps(value: YamlNode | null): readonly YAMLMap[] | undefined {
    const followed = isAlias(value) ? this.#aliasTargets.get(value) : value;
    const sources = isSeq(followed) ? followed.items.map((item) => asNode(item)) : [followed];
    const maps = sources.map((source) => (isAlias(source) ? this.#aliasTargets.get(source) : source));
    return maps.every((source) => isMap(source)) ? maps : undefined;
  }
}

/** As YAML writes it (YAML 1.2.2, 10.3.2); JSON would make it null. */
function nonFinite(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  return value > 0 ? '.inf' : '-.inf';
}

/** A scalar's type and value as text. */
function scalarText(node: { readonly value: unknown; readonly type?: string; readonly source?: string }): string {
  const { value } = node;
  if (typeof value === 'string') {
    return node.type === 'PLAIN' && oldBooleans.test(value) ? `boolean-1.1 ${value}` : `string ${value}`;
  }
  if (typeof value === 'number' || typeof value === 'bigint') {
    // Readers of YAML 1.1 take a leading zero for octal, so 010 and 10 are not one value.
    const written = node.source ?? '';
    return /^[-+]?0\d/.test(written) ? `number ${written}` : `number ${value}`;
  }
  return String(value);
}

function asNode(value: unknown): YamlNode | null {
  if (value === null || value === undefined || isPair(value)) return null;
  return value as YamlNode;
}
