import type { Tables } from '../store/tables.ts';

/** What a console is, each table after those that its rows refer to. */
export const backedUpTables = [
  'account',
  'access_policy',
  'single_sign_on',
  'trusted_key',
  'evidence_key',
  'pack_registry',
  'registry_content',
  'site_settings',
  'backup_schedule',
  'backup_store',
  'gateway',
  'gateway_pause',
  'gateway_rollout',
  'catalogue_release',
  'catalogue_pack',
  'catalogue_pack_release',
  'profile',
  'profile_layer',
  'resolution_memory',
  'upgrade',
  'upgrade_layer',
  'layer_edit',
  'upgrade_evidence',
  'confirm_request',
  'accepted_risk',
  'preflight',
  'journal',
  'audit_entry',
  'audit_head',
  'audit_checkpoint',
] as const satisfies readonly (keyof Tables)[];
export type BackedUpTable = (typeof backedUpTables)[number];

/** What no backup holds, and why. */
export const leftOutTables = {
  session: 'who was signed in signs in again',
  api_token: 'a token opens doors: a restored console hands out new ones',
  password_link: 'a link opens doors: whoever manages accounts makes a new one',
  gateway_invite: 'a token opens doors: whoever is still to register is invited again',
  setup_link: 'a link opens doors: a console without an account prints a new one',
  sign_in_failure: 'locks of accounts end by themselves',
  lease: 'whoever acts takes it anew',
  console_lock: 'it holds while an upgrade runs, and a restored one is ended',
  backup: 'the folder or the bucket tells what it holds',
  store_version: 'each version that is started says it anew',
} as const satisfies Record<Exclude<keyof Tables, BackedUpTable>, string>;
