import { createHash } from 'node:crypto';
import { groupVersionOf, type KubeObject } from '../objects/object.ts';

/** The object that stands for a set: one a layer. */
export interface SetParent {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly namespace: string;
  readonly name: string;
}

/** A kind whatever its version. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** On every member: the id of its set (KEP-3659, "ApplySet", specification of labels and annotations). */
export const memberLabel = 'applyset.kubernetes.io/part-of';
/** On the parent. */
export const idLabel = 'applyset.kubernetes.io/id';
export const toolingAnnotation = 'applyset.kubernetes.io/tooling';
export const kindsAnnotation = 'applyset.kubernetes.io/contains-group-kinds';
export const namespacesAnnotation = 'applyset.kubernetes.io/additional-namespaces';

/**
 * The id of a parent's set (KEP-3659): `applyset-<base64url of SHA-256 of "<name>.<namespace>.<kind>.<group>">-v1`; both kinds of parent are of the
 * core group, whose name is empty.
 */
export function applySetId({ kind, namespace, name }: SetParent): string {
  const hash = createHash('sha256').update(`${name}.${namespace}.${kind}.`, 'utf8').digest('base64url');
  return `applyset-${hash}-v1`;
}

/** The object as a member of a set. */
export function asMember(object: KubeObject, id: string): KubeObject {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, [memberLabel]: id } } };
}

/** Without its version. */
export function groupKindOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): GroupKind {
  return { group: groupVersionOf(apiVersion).group, kind };
}

/** As the parent's annotation lists them: `ConfigMap,Deployment.apps`, sorted, each once. */
export function groupKindsText(kinds: Iterable<GroupKind>): string {
  const texts = new Set([...kinds].map(({ group, kind }) => (group === '' ? kind : `${kind}.${group}`)));
  return [...texts].toSorted().join(',');
}

/** The reverse of `groupKindsText`. A kind holds no dot, a group does. */
export function parseGroupKinds(text: string): readonly GroupKind[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map((each) => {
      const dot = each.indexOf('.');
      return dot === -1 ? { group: '', kind: each } : { group: each.slice(dot + 1), kind: each.slice(0, dot) };
    });
}
