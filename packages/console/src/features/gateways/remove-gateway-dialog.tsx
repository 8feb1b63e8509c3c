import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useRemoveGateway } from '../../api/gateways.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

/** Asks before a gateway is forgotten. */
export function RemoveGatewayDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const remove = useRemoveGateway();
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="remove-title">
      <ModalHeader title={`Remove the gateway ${name}?`} labelId="remove-title" />
      <ModalBody>
        {remove.isError && <ErrorNotice error={remove.error} />}
        <p>
          Nothing that it signs is taken any more, and no upgrade waits for it. To come back it has to register with a
          new token.
        </p>
      </ModalBody>
      <ModalFooter>
        <Button
          variant="danger"
          onClick={() => remove.mutate(name, { onSuccess: onClose })}
          isDisabled={remove.isPending}
          isLoading={remove.isPending}
        >
          Remove {name}
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
