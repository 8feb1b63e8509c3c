import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { BackupView } from '@sealift/core/api';
import { reasonText } from '@sealift/core/backup';
import { useRemoveBackup } from '../../api/backups.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Moment } from '../../components/moment.tsx';

/** Asks before a backup goes for good. */
export function RemoveBackupDialog({ backup, onClose }: { backup: BackupView; onClose: () => void }) {
  const remove = useRemoveBackup();
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="remove-backup-title">
      <ModalHeader title="Remove this backup?" labelId="remove-backup-title" />
      <ModalBody>
        {remove.isError && <ErrorNotice error={remove.error} />}
        <p>
          The backup of <Moment at={backup.createdAt} /> ({reasonText(backup.reason)}) and its file are gone for good.
        </p>
      </ModalBody>
      <ModalFooter>
        <Button
          variant="danger"
          onClick={() => remove.mutate(backup.id, { onSuccess: onClose })}
          isDisabled={remove.isPending}
          isLoading={remove.isPending}
        >
          Remove it
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
