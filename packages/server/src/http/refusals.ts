import { catalogue, type ErrorCode } from '@sealift/core/errors';

/*
 * Codes that several routes refuse with, for their `config.refuses`: by what a route works with.
 */

/** Every refusal (below 500) whose code begins so. */
function refusalsWith(prefix: string): readonly ErrorCode[] {
  const codes = Object.keys(catalogue) as ErrorCode[];
  return codes.filter((code) => code.startsWith(prefix) && catalogue[code].status < 500);
}

/** Who guesses at a door waits at all of them. */
export const ofDoors = ['RATE_LIMITED'] as const satisfies readonly ErrorCode[];
export const ofNewPasswords = ['PASSWORD_TOO_COMMON', 'PASSWORD_REUSED'] as const satisfies readonly ErrorCode[];
export const ofMerges = refusalsWith('MERGE_');
/** Of releases that the catalogue holds, each verified again. */
export const ofReleases: readonly ErrorCode[] = [
  'RELEASE_UNKNOWN',
  'RELEASE_ROW_TAMPERED',
  ...refusalsWith('SIGNATURE_'),
];
/** Of packs that are read in a registry. */
export const ofPacks: readonly ErrorCode[] = [
  ...refusalsWith('PACK_'),
  ...refusalsWith('CONTENT_'),
  'MANIFEST_INVALID',
  'REGISTRY_NOT_FOUND',
];
/** Of drafts, which merge their layers whenever they are looked at. */
export const ofDrafts: readonly ErrorCode[] = ['UPGRADE_NOT_DRAFT', 'UPGRADE_FROM_NEWER', ...ofMerges];
/** Of what a cluster says or refuses. */
export const ofClusters: readonly ErrorCode[] = [...refusalsWith('CLUSTER_'), ...refusalsWith('KUBERNETES_')];
export const ofHelm = refusalsWith('HELM_');
/** Of an object store that backups are kept in. */
export const ofBackups: readonly ErrorCode[] = [...refusalsWith('BACKUP_'), ...refusalsWith('S3_')];
