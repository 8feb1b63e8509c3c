import { all, type VcenterClient } from '../client/client.ts';
import { retrieveOne } from '../property/retrieve.ts';
import { boolean, many, managedObject, optional, record, required, text } from '../xml/decode.ts';
import { element, reference } from '../xml/encode.ts';
import { type Reference, sameReference } from '../xml/reference.ts';

const entityPrivilege = record({
  entity: required(managedObject),
  privAvailability: many(record({ privId: required(text), isGranted: required(boolean) })),
});

/** Privileges to be held on one object. */
export interface Demand {
  readonly entity: Reference;
  readonly privileges: readonly string[];
}

/**
 * The privileges that the account of this session lacks (`AuthorizationManager.HasPrivilegeOnEntities`).
 *
 * @returns of each object that lacks some, which
 */
export async function missingPrivileges(
  client: VcenterClient,
  demands: readonly Demand[],
  cancel?: AbortSignal,
): Promise<readonly Demand[]> {
  const { authorizationManager: manager, sessionManager } = client.content;
  if (manager === undefined || sessionManager === undefined) {
    throw new TypeError('this server has no authorization manager');
  }
  const session = await retrieveOne(
    client,
    sessionManager,
    { currentSession: optional(record({ key: required(text) })) },
    cancel,
  );
  const lacking: Demand[] = [];
  for (const { entity, privileges } of demands) {
    const answers = await client.call({
      method: 'HasPrivilegeOnEntities',
      on: manager,
      args: [
        reference('entity', entity),
        element('sessionId', session.currentSession?.key ?? ''),
        ...privileges.map((id) => element('privId', id)),
      ],
      result: all(entityPrivilege),
      repeatable: true,
      cancel,
    });
    const available = answers.find((answer) => sameReference(answer.entity, entity))?.privAvailability ?? [];
    const granted = new Set(available.filter(({ isGranted }) => isGranted).map(({ privId }) => privId));
    const missing = privileges.filter((id) => !granted.has(id));
    if (missing.length > 0) lacking.push({ entity, privileges: missing });
  }
  return lacking;
}
