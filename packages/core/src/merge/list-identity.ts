import { isMap, isScalar } from 'yaml';
import type { Entry } from './tree.ts';
import type { Values } from './values.ts';

/** Members that identify an item of a list in Kubernetes and Helm values, the most telling first. */
const knownIdentities: readonly (readonly string[])[] = [
  ['name'],
  ['key'],
  ['id'],
  ['containerPort', 'protocol'],
  ['port', 'protocol'],
  ['mountPath'],
  ['devicePath'],
  ['host'],
  ['hostname'],
  ['path'],
  ['topologyKey'],
];

/** What a member is worth where it is left out (Kubernetes API, ContainerPort and ServicePort). */
const defaults: Readonly<Record<string, string>> = { protocol: 'TCP' };

export interface IdentifiedItem {
  readonly key: string;
  readonly element: Readonly<Record<string, unknown>>;
  readonly entry: Entry;
}

/**
 * The identity by which the items of all lists can be told apart: every item of every list has it, and no list has it
 * twice. Undefined when there is none.
 *
 * @param declared members that the pack's schema declares for this list; they come before the known ones
 */
export function identify(
  lists: readonly (readonly Entry[])[],
  values: Values,
  declared: readonly string[] | undefined,
): readonly (readonly IdentifiedItem[])[] | undefined {
  if (lists.every((list) => list.length === 0)) return undefined;
  const candidates = declared === undefined ? knownIdentities : [declared, ...knownIdentities];
  for (const members of candidates) {
    const identified = lists.map((list) => identifyList(list, members, values));
    if (identified.every((list) => list !== undefined)) return identified;
  }
  return undefined;
}

function identifyList(
  list: readonly Entry[],
  members: readonly string[],
  values: Values,
): readonly IdentifiedItem[] | undefined {
  const items: IdentifiedItem[] = [];
  const seen = new Set<string>();
  for (const entry of list) {
    const element = identityOf(entry, members, values);
    if (element === undefined) return undefined;
    const key = JSON.stringify(Object.entries(element));
    if (seen.has(key)) return undefined;
    seen.add(key);
    items.push({ key, element, entry });
  }
  return items;
}

function identityOf(entry: Entry, members: readonly string[], values: Values): Record<string, unknown> | undefined {
  const node = entry.node.yaml;
  if (!isMap(node)) return undefined;
  const element: Record<string, unknown> = {};
  for (const [index, member] of members.entries()) {
    const value = node.get(member, true);
    if (value === undefined && index > 0) {
      const fallback = defaults[member];
      if (fallback === undefined) return undefined;
      element[member] = fallback;
    } else if (isScalar(value) && value.value !== null) element[member] = values.plain(value);
    else return undefined;
  }
  return element;
}
