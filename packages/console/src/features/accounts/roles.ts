import { isWithin, type Role, roleSchema, roleTexts } from '@sealift/core/api';

type RoleChoice = readonly [Role, string];

/** The roles as choices of a field. */
function choicesOf(roles: readonly Role[]): RoleChoice[] {
  return roles.map((role) => [role, `${roleTexts[role].label}: ${roleTexts[role].about}`]);
}

/** The roles that whoever manages accounts may give: that of a Root only a Root. */
export function rolesToGive(own: Role): RoleChoice[] {
  return choicesOf(roleSchema.options.filter((role) => role !== 'root' || own === 'root'));
}

/** The roles that an API token of somebody may have. */
export function rolesOfTokens(own: Role): RoleChoice[] {
  return choicesOf(roleSchema.options.filter((role) => isWithin(role, own)));
}
