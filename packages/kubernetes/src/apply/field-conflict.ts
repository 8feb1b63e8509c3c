import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import { readable } from '../connection/answer.ts';
import type { KubeObject } from '../objects/object.ts';
import { type FieldOwner, FieldOwners, ownerText } from './field-owners.ts';

const shownOwners = 10;
const maxOwners = 1000;

/** Fields that we would change belong to others: a person has to say what becomes of them. */
export class FieldConflict extends SealiftError<'KUBERNETES_FIELD_CONFLICT'> {
  /** For a person, such as `Deployment.apps default/web`. */
  readonly object: string;
  readonly owners: readonly FieldOwner[];

  constructor(object: string, owners: readonly FieldOwner[]) {
    const shown = owners.slice(0, shownOwners).map(ownerText).join('; ');
    const more = owners.length > shownOwners ? `; and ${owners.length - shownOwners} more` : '';
    const [kind = '', name = ''] = object.split(' ');
    super('KUBERNETES_FIELD_CONFLICT', { values: { object, owners: `${shown}${more}` }, about: { kind, name } });
    this.object = object;
    this.owners = owners;
  }
}

const status = z.object({
  details: z.object({
    causes: z.array(
      z.object({ reason: z.string().optional(), message: z.string().optional(), field: z.string().optional() }),
    ),
  }),
});

/**
 * Whose fields an apply would have changed (server-side apply, "Conflicts").
 *
 * @param body the `Status` of a 409
 * @param live the object as it is, which knows the operation and the time; without it only names are known
 * @returns none where the 409 is about something else
 */
export function conflictingOwners(body: unknown, live: KubeObject | undefined): readonly FieldOwner[] {
  const parsed = status.safeParse(body);
  if (!parsed.success) return [];
  const known = new FieldOwners(live);
  return (
    parsed.data.details.causes
      .filter(({ reason }) => reason === 'FieldManagerConflict')
      .slice(0, maxOwners)
      .map(({ message = '', field = '' }) => {
        const { manager, subresource, operation } = named(message);
        const same = known.of(field).find((owner) => owner.manager === manager && owner.subresource === subresource);
        const through = subresource === undefined ? {} : { subresource };
        return same ?? { manager: readable(manager), operation, ...through, field: readable(field), since: null };
      })
      // The server tells managers in no order.
      .toSorted((a, b) => (a.field < b.field ? -1 : Number(a.field > b.field)))
  );
}

const form = /^conflict with "((?:[^"\\]|\\.)*)"(?: with subresource "((?:[^"\\]|\\.)*)")?( using )?/;

/** `conflict with "hpa" with subresource "scale" using apps/v1`: a version is named for an update only. */
function named(message: string): Pick<FieldOwner, 'manager' | 'operation' | 'subresource'> {
  const [, manager, subresource, using] = form.exec(message) ?? [];
  return {
    manager: manager === undefined ? 'unknown' : unquoted(manager),
    ...(subresource === undefined ? {} : { subresource: unquoted(subresource) }),
    operation: using === undefined ? 'Apply' : 'Update',
  };
}

function unquoted(text: string): string {
  return text.replaceAll(/\\(["\\])/g, '$1');
}
