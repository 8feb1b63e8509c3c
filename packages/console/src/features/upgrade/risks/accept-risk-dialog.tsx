import { Button, Form, FormGroup, Modal, ModalBody, ModalFooter, ModalHeader, TextInput } from '@patternfly/react-core';
import type { Check, CheckRisk } from '@sealift/core/check';
import { type FormEvent, useState } from 'react';
import { useRiskDecision } from '../../../api/upgrades.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';

interface AcceptRiskDialogProps {
  upgrade: string;
  check: Check;
  risk: CheckRisk;
  onClose: () => void;
}

/** Says what may happen and to what, and asks why one goes on all the same. */
export function AcceptRiskDialog({ upgrade, check, risk, onClose }: AcceptRiskDialogProps) {
  const decision = useRiskDecision(upgrade);
  const [reason, setReason] = useState('');
  // What was shown when the dialog was opened is what is accepted, whatever is found meanwhile.
  const [shown] = useState(risk);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    decision.mutate(
      { kind: 'accept', check: check.name, reason: reason.trim(), objects: shown.objects },
      { onSuccess: onClose },
    );
  };
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="risk-title" elementToFocus="#risk-reason">
      <ModalHeader title="Accept this risk?" labelId="risk-title" />
      <ModalBody>
        <Form id="risk-form" onSubmit={submit}>
          {decision.isError && <ErrorNotice error={decision.error} />}
          <p>{check.detail}</p>
          <p>{shown.consequence}</p>
          <p>It is accepted for this upgrade alone, and for these alone: {shown.objects.join(', ')}</p>
          <FormGroup label="Reason, for the audit log" isRequired fieldId="risk-reason">
            <TextInput
              id="risk-reason"
              value={reason}
              onChange={(_event, value) => setReason(value)}
              maxLength={1000}
              isRequired
            />
          </FormGroup>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form="risk-form"
          variant="danger"
          isDisabled={reason.trim() === '' || decision.isPending}
          isLoading={decision.isPending}
        >
          Accept the risk
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
