import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import { useFinalise } from '../../../api/upgrades.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';

/** Says what finalising means, and asks once more: nothing takes it back. */
export function FinaliseDialog({ upgrade, onClose }: { upgrade: Upgrade; onClose: () => void }) {
  const { mutate, error, isPending } = useFinalise(upgrade.id);
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="finalise-title" aria-describedby="finalise-body">
      <ModalHeader title="Give up the way back?" labelId="finalise-title" />
      <ModalBody id="finalise-body">
        {error !== null && <ErrorNotice error={error} />}
        <p>
          The machines of the control plane are replaced once more, and serve the new Kubernetes; the workers follow,
          then etcd. From then on the upgrade cannot be rolled back: what the new Kubernetes stores, the old one may not
          read.
        </p>
      </ModalBody>
      <ModalFooter>
        <Button
          variant="danger"
          onClick={() => mutate(undefined, { onSuccess: onClose })}
          isDisabled={isPending}
          isLoading={isPending}
        >
          Finalise
        </Button>
        <Button variant="link" onClick={onClose}>
          Not yet
        </Button>
      </ModalFooter>
    </Modal>
  );
}
