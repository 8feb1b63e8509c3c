import { Button, Form, FormGroup, Modal, ModalBody, ModalFooter, ModalHeader, TextInput } from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import { type FormEvent, useState } from 'react';
import { useIntervention } from '../../../api/upgrades.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';

interface AbortDialogProps {
  upgrade: Upgrade;
  onClose: () => void;
}

/** Asks for the reason of an abort; it goes to the audit log. */
export function AbortDialog({ upgrade, onClose }: AbortDialogProps) {
  const intervention = useIntervention(upgrade.id);
  const [reason, setReason] = useState('');
  const done = upgrade.steps.filter(({ state }) => state === 'done').length;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    intervention.mutate({ kind: 'abort', reason: reason.trim() }, { onSuccess: onClose });
  };
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="abort-title" elementToFocus="#abort-reason">
      <ModalHeader title="Abort the upgrade?" labelId="abort-title" />
      <ModalBody>
        <Form id="abort-form" onSubmit={submit}>
          {intervention.isError && <ErrorNotice error={intervention.error} />}
          <p>
            It stops at the next safe point. {done} of {upgrade.steps.length} steps are done; what they did stays as it
            is, so the site then runs parts of both versions.
          </p>
          <FormGroup label="Reason, for the audit log" isRequired fieldId="abort-reason">
            <TextInput
              id="abort-reason"
              value={reason}
              onChange={(_event, value) => setReason(value)}
              maxLength={500}
              isRequired
            />
          </FormGroup>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form="abort-form"
          variant="danger"
          isDisabled={reason.trim() === '' || intervention.isPending}
          isLoading={intervention.isPending}
        >
          Abort the upgrade
        </Button>
        <Button variant="link" onClick={onClose}>
          Go on with the upgrade
        </Button>
      </ModalFooter>
    </Modal>
  );
}
