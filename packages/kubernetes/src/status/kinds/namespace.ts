import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { conditionOf, conditionsSchema, heard } from '../conditions.ts';
import { judge } from '../read-part.ts';
import { blocked, progressing, type Readiness, ready } from '../result.ts';
import { timeOf } from '../times.ts';

const fields = z.object({ status: z.object({ phase: z.string().nullish(), conditions: conditionsSchema }).nullish() });

/** What keeps a namespace that is being deleted, the nearest reason first, and what to do about it. */
const keepers: readonly (readonly [type: string, what: string, remedy: string])[] = [
  [
    'NamespaceDeletionDiscoveryFailure',
    'an API that does not answer',
    'Mend or delete the APIService that is not available: what it holds may be in the namespace.',
  ],
  [
    'NamespaceDeletionGroupVersionParsingFailure',
    'an API whose version does not read',
    'Delete the APIService with that version.',
  ],
  [
    'NamespaceDeletionContentFailure',
    'content that could not be deleted',
    'Mend what the message names; it is tried again.',
  ],
  [
    'NamespaceFinalizersRemaining',
    'finalizers of its content',
    'See that the controllers of these finalizers run; take a finalizer away only when what it guards is known to be gone.',
  ],
  ['NamespaceContentRemaining', 'content that is still being deleted', ''],
];

/** A namespace is ready while it is active; one that is being deleted takes no new object, and never comes back. */
export function namespace(object: KubeObject): Readiness {
  return judge(object, fields, ({ status }) => {
    const deleting = object.metadata.deletionTimestamp;
    if (status?.phase !== 'Terminating' && (deleting === undefined || deleting === null)) {
      return status?.phase === 'Active' ? ready : progressing(object, 'is not active yet');
    }
    const impact = 'Nothing can be made in it';
    for (const [type, what, remedy] of keepers) {
      const condition = conditionOf(status?.conditions, type);
      if (condition?.status !== 'True') continue;
      const known = { ...heard(condition, object), impact };
      const text = `is being deleted and kept by ${what}`;
      return remedy === '' ? progressing(object, text, known) : blocked(object, text, remedy, known);
    }
    return progressing(object, 'is being deleted', { since: timeOf(deleting), impact });
  });
}
