import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { ErrorNotice } from './error-notice.tsx';

interface ConfirmDialogProps {
  title: string;
  /** What the button that does it says. */
  action: string;
  /** Why the last try was refused; null where there was none. */
  error: Error | null;
  isPending: boolean;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** Says what something comes to that cannot be taken back, and asks once more. */
export function ConfirmDialog({ title, action, error, isPending, onConfirm, onClose, children }: ConfirmDialogProps) {
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="ask-title" aria-describedby="ask-body">
      <ModalHeader title={title} labelId="ask-title" />
      <ModalBody id="ask-body">
        {error !== null && <ErrorNotice error={error} />}
        {children}
      </ModalBody>
      <ModalFooter>
        <Button variant="danger" onClick={onConfirm} isLoading={isPending} isDisabled={isPending}>
          {action}
        </Button>
        <Button variant="link" onClick={onClose} isDisabled={isPending}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
