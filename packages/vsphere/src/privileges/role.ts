import { SealiftError } from '@sealift/core/errors';
import { nothing, only, type VcenterClient } from '../client/client.ts';
import { retrieveOne } from '../property/retrieve.ts';
import { arrayOf, integer, many, record, required, text } from '../xml/decode.ts';
import { element } from '../xml/encode.ts';
import { requiredPrivilegeIds } from './required.ts';

const role = record({ roleId: required(integer), name: required(text), privilege: many(text) });

/** What became of the role. */
export interface RoleResult {
  readonly name: string;
  readonly change: 'created' | 'updated' | 'unchanged';
  /** Privileges that were missing in it. */
  readonly added: readonly string[];
}

/**
 * Makes a role with the privileges that Sealift's account needs. A role of that name that lacks some is changed only when
 * `update` says so, for others may use it; privileges that it has besides are left.
 *
 * @throws VSPHERE_ROLE_LACKS, VSPHERE_PERMISSION_DENIED (`Authorization.ModifyRoles`)
 */
export async function ensureRole(
  client: VcenterClient,
  name: string,
  options: { readonly update?: boolean; readonly dryRun?: boolean; readonly cancel?: AbortSignal } = {},
): Promise<RoleResult> {
  const { update = false, dryRun = false, cancel } = options;
  const { authorizationManager: manager } = client.content;
  if (manager === undefined) throw new TypeError('this server has no authorization manager');
  const { roleList } = await retrieveOne(client, manager, { roleList: required(arrayOf(role)) }, cancel);
  const present = roleList.find((one) => one.name === name);
  const added = requiredPrivilegeIds.filter((id) => present?.privilege.includes(id) !== true);
  if (present === undefined) {
    const args = [element('name', name), ...requiredPrivilegeIds.map((id) => element('privIds', id))];
    if (!dryRun) {
      await client.call({ method: 'AddAuthorizationRole', on: manager, args, result: only(integer), cancel });
    }
    return { name, change: 'created', added };
  }
  if (added.length === 0) return { name, change: 'unchanged', added };
  if (!update) throw new SealiftError('VSPHERE_ROLE_LACKS', { values: { name, privileges: added.join(', ') } });
  const args = [
    element('roleId', present.roleId),
    element('newName', name),
    ...[...present.privilege, ...added].map((id) => element('privIds', id)),
  ];
  if (!dryRun) await client.call({ method: 'UpdateAuthorizationRole', on: manager, args, result: nothing, cancel });
  return { name, change: 'updated', added };
}
