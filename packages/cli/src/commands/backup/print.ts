import type { BackupView } from '@sealift/core/api';
import { proofText, reasonText } from '@sealift/core/backup';

export const backupsUrl = '/api/v1/backups';

/** Where a backup is at the API. */
export function backupUrl(id: string, part = ''): string {
  return `${backupsUrl}/${encodeURIComponent(id)}${part}`;
}

/** A line about one backup. */
export function backupLine({ id, createdAt, sizeBytes, reason, proof, isHere, place }: BackupView): string {
  const here = isHere === null ? `  in ${place}, not looked at` : isHere ? '' : `  ITS FILE IS NOT IN ${place}`;
  return `${id}  ${createdAt}  ${sizeBytes} bytes  ${reasonText(reason)}  ${proofText(proof)}${here}`;
}
