import { SealiftError } from '@sealift/core/errors';
import { type FolderLock, lockFolder } from '@sealift/io/folder-lock';
import type { HostFolder } from './host-folder.ts';

/** Takes the folder for whoever changes it; its services need no turn. @throws AIRGAP_BUSY, FILE_UNWRITABLE */
export function lockHost({ root }: HostFolder): FolderLock {
  return lockFolder(root, ({ pid, host }) => new SealiftError('AIRGAP_BUSY', { values: { folder: root, pid, host } }));
}
