import type { BackupList, BackupView } from '@sealift/core/api';
import type { BackupProof, BackupReason } from '@sealift/core/backup';

export const backupsUrl = '/api/v1/backups';

/** Where a backup is at the API. */
export function backupUrl(id: string, part = ''): string {
  return `${backupsUrl}/${encodeURIComponent(id)}${part}`;
}

const stages: Record<NonNullable<BackupList['running']>['stage'], string> = {
  collecting: 'collecting and writing',
  'restoring-on-trial': 'reading it back and restoring it on trial',
  recording: 'recording it',
};

/** How far the backup is that is being made. */
export function stageText({ stage }: NonNullable<BackupList['running']>): string {
  return stages[stage];
}

export function reasonText(reason: BackupReason | null): string {
  if (reason === null) return 'by an older version, not sealed';
  if (reason.why === 'upgrade') return `for upgrade ${reason.upgradeId}`;
  return reason.why === 'asked' ? `asked by ${reason.by}` : 'by itself';
}

/** What was proven, and what was not. */
export function proofText(proof: BackupProof | null): string {
  if (proof === null) return 'never restored anywhere';
  const { rows, tables, objects, loaded } = proof;
  const objectsText =
    objects === 0
      ? 'no objects of a cluster'
      : loaded === null
        ? `${objects} objects read and compared, not loaded into an API server`
        : `${loaded} of ${objects} objects loaded into an API server and alike`;
  return `${rows} rows of ${tables} tables restored and alike, ${objectsText}`;
}

/** A line about one backup. */
export function backupLine({ id, createdAt, sizeBytes, reason, proof, isHere }: BackupView): string {
  const here = isHere ? '' : '  ITS FILE IS NOT HERE';
  return `${id}  ${createdAt}  ${sizeBytes} bytes  ${reasonText(reason)}  ${proofText(proof)}${here}`;
}
