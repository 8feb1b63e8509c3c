import { isMap, isSeq, type Node as YamlNode } from 'yaml';

/** Key and value that the parser made of one item of a collection; a list's item has no key. */
export interface ComposedItem {
  readonly key: YamlNode | null;
  readonly value: YamlNode | null;
}

/** What the parser made of the item at `index` of a mapping or list; nothing where the item is empty. */
export function composedItem(yaml: YamlNode, index: number): ComposedItem {
  if (isMap(yaml)) {
    const pair = yaml.items[index];
    return { key: (pair?.key ?? null) as YamlNode | null, value: (pair?.value ?? null) as YamlNode | null };
  }
  if (isSeq(yaml)) return { key: null, value: (yaml.items[index] ?? null) as YamlNode | null };
  return { key: null, value: null };
}
