import { Button, List, ListItem, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { AdoptionProposal } from '@sealift/core/api';
import { ErrorNotice } from '../../components/error-notice.tsx';

interface AdoptDialogProps {
  proposal: AdoptionProposal;
  error: Error | null;
  isPending: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Says what is recorded and what is written into the cluster, and asks once more: it is done once in the life of a site. */
export function AdoptDialog({ proposal, error, isPending, onConfirm, onClose }: AdoptDialogProps) {
  const { product, version, layers } = proposal;
  const customised = layers.reduce((sum, { customisations }) => sum + (customisations ?? 0), 0);
  const toWrite = layers.filter(({ valuesFrom }) => valuesFrom !== 'record').length;
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="adopt-title" aria-describedby="adopt-body">
      <ModalHeader title={`Adopt ${product} ${version}?`} labelId="adopt-title" />
      <ModalBody id="adopt-body">
        {error !== null && <ErrorNotice error={error} />}
        <List>
          <ListItem>
            {product} {version} is recorded as installed, with {layers.length} layers and {customised} customised
            values. The next update is merged with these.
          </ListItem>
          <ListItem>
            {toWrite === 0
              ? 'Nothing is written into the cluster.'
              : `Into the cluster goes a Secret in sealift-system for each layer that was not written down there, so that its health is watched: ${toWrite} at most. Nothing else in it is changed.`}
          </ListItem>
          <ListItem>The site is looked at once more before. Where it has changed, nothing is recorded.</ListItem>
          <ListItem>It cannot be taken back.</ListItem>
        </List>
      </ModalBody>
      <ModalFooter>
        <Button onClick={onConfirm} isLoading={isPending} isDisabled={isPending}>
          Adopt
        </Button>
        <Button variant="link" onClick={onClose} isDisabled={isPending}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
