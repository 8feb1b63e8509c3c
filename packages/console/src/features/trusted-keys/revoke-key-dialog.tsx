import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useRevokeKey } from '../../api/registries.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

interface RevokeKeyDialogProps {
  trustedKey: { keyId: string; fingerprint: string };
  onClose: () => void;
}

/** Asks before a key is trusted no longer, and says what stays as it is. */
export function RevokeKeyDialog({ trustedKey: { keyId, fingerprint }, onClose }: RevokeKeyDialogProps) {
  const revoke = useRevokeKey();
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="revoke-title">
      <ModalHeader title={`Revoke the key ${keyId}?`} labelId="revoke-title" />
      <ModalBody>
        {revoke.isError && <ErrorNotice error={revoke.error} />}
        <p>
          Nothing that is signed by <code>{fingerprint}</code> is accepted from now on. The installed release stays
          installed, also where this key signed it.
        </p>
      </ModalBody>
      <ModalFooter>
        <Button
          variant="danger"
          onClick={() => revoke.mutate(keyId, { onSuccess: onClose })}
          isDisabled={revoke.isPending}
          isLoading={revoke.isPending}
        >
          Revoke this key
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
