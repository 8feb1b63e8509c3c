import { SealiftError } from '@sealift/core/errors';
import { apply } from '../apply/apply.ts';
import { readable } from '../connection/answer.ts';
import { type KubeObject, nameOf } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import {
  applySetId,
  type GroupKind,
  groupKindsText,
  idLabel,
  kindsAnnotation,
  namespacesAnnotation,
  parseGroupKinds,
  type SetParent,
  toolingAnnotation,
} from './apply-set.ts';

/** `<tool>/<version of what it writes>`; a set of another tool is not touched (KEP-3659). */
const tooling = 'sealift/v1';

/** Where the members of a set may be. */
export interface SetExtent {
  readonly kinds: readonly GroupKind[];
  /** Besides the parent's own. */
  readonly namespaces: readonly string[];
}

const nowhere: SetExtent = { kinds: [], namespaces: [] };

/** Where the members of a set may be, by its parent; nowhere without one. @throws KUBERNETES_SET_FOREIGN, KUBERNETES_… */
export async function readExtent(objects: Objects, parent: SetParent, cancel?: AbortSignal): Promise<SetExtent> {
  const found = await objects.get({ apiVersion: 'v1', ...parent }, cancel);
  if (found === undefined) return nowhere;
  const { labels = {}, annotations = {} } = found.metadata;
  const id = labels[idLabel];
  const tool = annotations[toolingAnnotation] ?? '';
  if (id === undefined) throw foreign(parent, 'it is an object of something else');
  if (id !== applySetId(parent)) throw foreign(parent, `its id ${readable(id, 100)} is that of another parent`);
  if (tool.split('/')[0] !== 'sealift') throw foreign(parent, `it is a set of ${readable(tool, 100)}`);
  return {
    kinds: parseGroupKinds(annotations[kindsAnnotation] ?? ''),
    namespaces: (annotations[namespacesAnnotation] ?? '').split(',').filter((each) => each !== ''),
  };
}

/**
 * Writes where the members of a set may be from now on, unless that is what is written; makes the parent, and its namespace, where there is none.
 *
 * @throws as `apply`
 */
export async function rewriteExtent(
  objects: Objects,
  parent: SetParent,
  { from, to }: { readonly from: SetExtent; readonly to: SetExtent },
  cancel?: AbortSignal,
): Promise<void> {
  const [before, after] = [annotationsOf(parent, from), annotationsOf(parent, to)];
  if (
    before[kindsAnnotation] === after[kindsAnnotation] &&
    before[namespacesAnnotation] === after[namespacesAnnotation]
  )
    return;
  const { kind, namespace, name } = parent;
  const home = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
  if ((await objects.get(home, cancel)) === undefined) {
    await objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, cancel);
  }
  const object: KubeObject = {
    apiVersion: 'v1',
    kind,
    metadata: {
      name,
      namespace,
      labels: { [idLabel]: applySetId(parent) },
      annotations: after,
    },
  };
  await apply(objects, object, { cancel });
}

function annotationsOf({ namespace }: SetParent, { kinds, namespaces }: SetExtent): Readonly<Record<string, string>> {
  const others = [...new Set(namespaces)].filter((each) => each !== namespace).toSorted();
  return {
    [toolingAnnotation]: tooling,
    [kindsAnnotation]: groupKindsText(kinds),
    [namespacesAnnotation]: others.join(','),
  };
}

/** For a person. */
export function parentName(parent: SetParent): string {
  return nameOf({ apiVersion: 'v1', ...parent });
}

function foreign(parent: SetParent, reason: string): SealiftError {
  return new SealiftError('KUBERNETES_SET_FOREIGN', { values: { parent: parentName(parent), reason } });
}
