import { Button, Form, FormGroup, Modal, ModalBody, ModalFooter, ModalHeader, TextInput } from '@patternfly/react-core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { ErrorNotice } from './error-notice.tsx';

interface ReasonDialogProps {
  title: string;
  /** What the button that does it says. */
  action: string;
  /** What the one that does nothing says. */
  decline: string;
  longest: number;
  /** Why the last try was refused; null where there was none. */
  error: Error | null;
  isPending: boolean;
  onGiven: (reason: string) => void;
  onClose: () => void;
  children: ReactNode;
}

/** Says what something comes to, and does it for a reason that goes to the audit log. */
export function ReasonDialog({
  title,
  action,
  decline,
  longest,
  error,
  isPending,
  onGiven,
  onClose,
  children,
}: ReasonDialogProps) {
  const [reason, setReason] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() !== '') onGiven(reason.trim());
  };
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="reason-title" elementToFocus="#reason">
      <ModalHeader title={title} labelId="reason-title" />
      <ModalBody>
        <Form id="reason-form" onSubmit={submit} noValidate>
          {error !== null && <ErrorNotice error={error} />}
          {children}
          <FormGroup label="Reason, for the audit log" isRequired fieldId="reason">
            <TextInput
              id="reason"
              value={reason}
              onChange={(_event, value) => setReason(value)}
              maxLength={longest}
              isRequired
            />
          </FormGroup>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form="reason-form"
          variant="danger"
          isDisabled={reason.trim() === '' || isPending}
          isLoading={isPending}
        >
          {action}
        </Button>
        <Button variant="link" onClick={onClose}>
          {decline}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
