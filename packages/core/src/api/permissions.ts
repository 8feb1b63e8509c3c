import { z } from 'zod';

/** The roles an account can have. */
export const roleSchema = z.enum(['root']);
export type Role = z.infer<typeof roleSchema>;

/**
 * What an account may be allowed to do. Each route of the API names the one it needs; pages and menu go by the same list.
 */
export const permissions = [
  'api-tokens.read',
  'api-tokens.change',
  'audit.read',
  'backups.read',
  /** Making and removing them, and when they are made by themselves. */
  'backups.change',
  /** Taking one away: whoever has the key as well has everything. */
  'backups.download',
  'catalogue.read',
  'catalogue.sync',
  'cluster.kubeconfig',
  'events.read',
  /** Making a new key that evidence is signed with. */
  'evidence.renew-key',
  'metrics.read',
  'platform.read',
  'platform.adopt',
  'registry.read',
  'registry.upload',
  'registry.care',
  /** Seeing and ending one's own session: every role has it. */
  'session.own',
  /** How the console reaches vCenter and the cluster. */
  'site.read',
  'site.change',
  'trusted-keys.read',
  'trusted-keys.add',
  'trusted-keys.revoke',
  'upgrades.read',
  'upgrades.prepare',
  'upgrades.confirm',
  /** Going on in spite of a finding of the preflight. */
  'upgrades.accept-risk',
  /** Pausing, resuming and aborting. */
  'upgrades.control',
] as const;
export type Permission = (typeof permissions)[number];

/** What each role may. */
export const rolePermissions: Readonly<Record<Role, ReadonlySet<Permission>>> = { root: new Set(permissions) };

/** Whether a role may do what a permission names. */
export function isAllowed(role: Role, permission: Permission): boolean {
  return rolePermissions[role].has(permission);
}
