import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useForgetSite } from '../../api/site.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

/** Asks before the console is cut from its site. */
export function ForgetSiteDialog({ onClose }: { onClose: () => void }) {
  const forget = useForgetSite();
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="forget-title">
      <ModalHeader title="Forget the settings of the site?" labelId="forget-title" />
      <ModalBody>
        {forget.isError && <ErrorNotice error={forget.error} />}
        <p>
          The console is connected to no cluster then, and its stored passwords and kubeconfigs are removed. Nothing at
          the site is changed.
        </p>
      </ModalBody>
      <ModalFooter>
        <Button
          variant="danger"
          onClick={() => forget.mutate(undefined, { onSuccess: onClose })}
          isDisabled={forget.isPending}
          isLoading={forget.isPending}
        >
          Forget
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
