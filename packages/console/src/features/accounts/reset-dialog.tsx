import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { AccountView } from '@sealift/core/api';
import { useResetPassword } from '../../api/accounts.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LinkNotice } from './link-notice.tsx';

/** Makes a link by which the owner of an account chooses a new password. */
export function ResetDialog({ account, onClose }: { account: AccountView; onClose: () => void }) {
  const reset = useResetPassword();
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="reset-title">
      <ModalHeader title={`New password for ${account.username}`} labelId="reset-title" />
      <ModalBody>
        {reset.isError && <ErrorNotice error={reset.error} />}
        {reset.data === undefined ? (
          <p>
            You get a one-time link by which {account.username} chooses a password; one that was made before stops
            working. The password of now and the sessions end when the link is used. To shut somebody out at once,
            disable the account.
          </p>
        ) : (
          <LinkNotice made={reset.data} />
        )}
      </ModalBody>
      <ModalFooter>
        {reset.data === undefined ? (
          <>
            <Button onClick={() => reset.mutate(account)} isLoading={reset.isPending} isDisabled={reset.isPending}>
              Make the link
            </Button>
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
          </>
        ) : (
          <Button onClick={onClose}>Done</Button>
        )}
      </ModalFooter>
    </Modal>
  );
}
