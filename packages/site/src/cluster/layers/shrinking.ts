import { SealiftError } from '@sealift/core/errors';
import {
  identityOfReference,
  type KubeObject,
  nameOf,
  type ObjectReference,
  referenceOf,
} from '@sealift/kubernetes/object';

const shown = 10;
/** Of so few objects one or two more or less are the usual course of versions. */
const few = 4;

/** Objects of before that are not in what comes. */
export function dropped(before: readonly KubeObject[], after: readonly KubeObject[]): readonly KubeObject[] {
  const kept = new Set(after.map((object) => identityOfReference(referenceOf(object))));
  return before.filter((object) => !kept.has(identityOfReference(referenceOf(object))));
}

/**
 * Refuses what would take away all of a chart or of a pack's manifests, or more than half of it, as a mistake in values does, unless the pack
 * says that it means it.
 *
 * @throws LAYER_EMPTY, LAYER_SHRUNK
 */
export function refuseShrinking(
  what: string,
  before: readonly ObjectReference[],
  after: readonly ObjectReference[],
  mayShrink: boolean,
): void {
  if (mayShrink) return;
  if (after.length === 0) throw new SealiftError('LAYER_EMPTY', { values: { what } });
  const left = new Set(after.map(identityOfReference));
  const gone = before.filter((object) => !left.has(identityOfReference(object)));
  if (before.length < few || gone.length * 2 <= before.length) return;
  const more = gone.length > shown ? ` and ${gone.length - shown} more` : '';
  const objects = `${gone.slice(0, shown).map(nameOf).join(', ')}${more}`;
  throw new SealiftError('LAYER_SHRUNK', { values: { what, before: before.length, after: after.length, objects } });
}
