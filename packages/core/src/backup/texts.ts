import type { BackupProof, BackupReason } from './backup.ts';

/** Why a backup was made, in a few words. */
export function reasonText(reason: BackupReason | null): string {
  if (reason === null) return 'by an older version, not sealed';
  if (reason.why === 'upgrade') return `for upgrade ${reason.upgradeId}`;
  if (reason.why === 'schedule') return 'by itself';
  const { by, etcdSnapshot } = reason;
  return etcdSnapshot === undefined
    ? `asked by ${by}`
    : `asked by ${by}, beside the etcd snapshot ${etcdSnapshot.path}`;
}

/** What was proven of a backup, and what was not. */
export function proofText(proof: BackupProof | null): string {
  if (proof === null) return 'never restored anywhere';
  const { rows, tables, objects, loaded } = proof;
  return `${rows} rows of ${tables} tables restored and alike, ${objectsText(objects, loaded)}`;
}

function objectsText(objects: number, loaded: number | null): string {
  if (objects === 0) return 'no objects of a cluster';
  if (loaded === null) return `${objects} objects read and compared, not loaded into an API server`;
  return `${loaded} of ${objects} objects loaded into an API server and alike`;
}
