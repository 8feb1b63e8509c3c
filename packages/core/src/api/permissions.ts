import { z } from 'zod';

/** The roles an account, or an API token, can have. */
export const roleSchema = z.enum(['root', 'operations', 'account-administrator', 'viewer']);
export type Role = z.infer<typeof roleSchema>;

/**
 * What an account may be allowed to do. Each route of the API names the one it needs; pages and menu go by the same list.
 */
export const permissions = [
  /** The login banner, and whether Confirm needs a second person. */
  'access-policy.read',
  'access-policy.change',
  'accounts.read',
  'accounts.change',
  /** Making, seeing and removing one's own. */
  'api-tokens.own',
  /** Seeing and removing those of everybody. */
  'api-tokens.all',
  'audit.read',
  /** Having the end of the log signed now. */
  'audit.checkpoint',
  'backups.read',
  /** Making and removing them, and when they are made by themselves. */
  'backups.change',
  /** Taking one away: whoever has the key as well has everything. */
  'backups.download',
  'catalogue.read',
  'catalogue.sync',
  'certificates.read',
  'cluster.kubeconfig',
  'events.read',
  /** Making a new key that evidence is signed with. */
  'evidence.renew-key',
  'gateways.read',
  /** Letting gateways register, holding their upgrades and letting them go on, removing them. */
  'gateways.change',
  'metrics.read',
  /** Who is told of what, and what became of it. */
  'notifications.read',
  /** Subscriptions and the mail server; trying them, sending again. */
  'notifications.change',
  /** Which addresses webhooks may go to. */
  'notifications.allow',
  'platform.read',
  'platform.adopt',
  /** Values of layers as they are, with the passwords in them. */
  'platform.values',
  'registry.read',
  'registry.upload',
  'registry.care',
  /** Adding, trying, changing and removing pack registries: the console asks the addresses that are given so. */
  'registries.change',
  /** Seeing and ending one's own sessions, and one's own password: every role has it. */
  'session.own',
  'single-sign-on.read',
  /** It gives roles, that of a Root too. */
  'single-sign-on.change',
  /** How the console reaches vCenter and the cluster. */
  'site.read',
  'site.change',
  /** Versions, settings, journals and log in one archive, without secrets. */
  'support.read',
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

/** What whoever manages accounts may, and Operations may not. */
const ofAccounts: readonly Permission[] = ['accounts.read', 'accounts.change', 'api-tokens.all'];

/** What decides over everybody, and over the proof of what they did. */
const ofRoot: readonly Permission[] = [
  'access-policy.change',
  'evidence.renew-key',
  'notifications.allow',
  'single-sign-on.read',
  'single-sign-on.change',
];

const ofEverybody: readonly Permission[] = [
  'access-policy.read',
  'api-tokens.own',
  'audit.read',
  'events.read',
  'session.own',
];

/** What each role may. */
const rolePermissions: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  root: new Set(permissions),
  operations: new Set(permissions.filter((one) => !ofAccounts.includes(one) && !ofRoot.includes(one))),
  'account-administrator': new Set([...ofEverybody, ...ofAccounts]),
  viewer: new Set([
    ...ofEverybody,
    'backups.read',
    'certificates.read',
    'catalogue.read',
    'gateways.read',
    'metrics.read',
    'platform.read',
    'registry.read',
    'site.read',
    'trusted-keys.read',
    'upgrades.read',
  ]),
};

/** What each role is called, and what it is for. */
export const roleTexts: Readonly<Record<Role, { readonly label: string; readonly about: string }>> = {
  root: { label: 'Root', about: 'everything' },
  operations: { label: 'Operations', about: 'everything but accounts and how people sign in' },
  'account-administrator': { label: 'Account Administrator', about: 'accounts and the audit log, nothing else' },
  viewer: { label: 'Viewer', about: 'looks, and changes nothing' },
};

/** Whether a role may do what a permission names. */
export function isAllowed(role: Role, permission: Permission): boolean {
  return rolePermissions[role].has(permission);
}

/** Whether a role may nothing that another one may not: it can be given by whoever has that one. */
export function isWithin(role: Role, other: Role): boolean {
  return permissions.every((permission) => !isAllowed(role, permission) || isAllowed(other, permission));
}
