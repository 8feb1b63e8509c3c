import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { AccountView, Role } from '@sealift/core/api';
import { type FormEvent, useState } from 'react';
import { useChangeAccount } from '../../api/accounts.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { rolesToGive } from './roles.ts';

interface RoleDialogProps {
  /** As it was when the dialog was opened: what somebody else changes meanwhile is not overwritten. */
  account: AccountView;
  own: Role;
  onClose: () => void;
}

/** Gives an account another role. */
export function RoleDialog({ account, own, onClose }: RoleDialogProps) {
  const change = useChangeAccount();
  const [role, setRole] = useState(account.role);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ account, change: { role, disabled: account.disabledAt !== null } }, { onSuccess: onClose });
  };
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="role-title">
      <ModalHeader title={`Role of ${account.username}`} labelId="role-title" />
      <ModalBody>
        <Form id="role-form" onSubmit={submit} noValidate>
          {change.isError && <ErrorNotice error={change.error} />}
          <SelectField label="Role" value={role} choices={rolesToGive(own)} onChange={setRole} />
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form="role-form"
          isLoading={change.isPending}
          isDisabled={change.isPending || role === account.role}
        >
          Save
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
