import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { type Role, usernameSchema } from '@sealift/core/api';
import { type FormEvent, useState } from 'react';
import { useCreateAccount } from '../../api/accounts.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { TextField } from '../../components/text-field.tsx';
import { LinkNotice } from './link-notice.tsx';
import { rolesToGive } from './roles.ts';

/** Asks for name and role of a new account, and shows the link for its owner. */
export function CreateAccountDialog({ own, onClose }: { own: Role; onClose: () => void }) {
  const create = useCreateAccount();
  const [username, setUsername] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [tried, setTried] = useState(false);
  const isName = usernameSchema.safeParse(username).success;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isName) create.mutate({ username, role });
  };
  const made = create.data;
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="create-account-title">
      <ModalHeader title="Create an account" labelId="create-account-title" />
      <ModalBody>
        {made === undefined ? (
          <Form id="create-account" onSubmit={submit} noValidate>
            {create.isError && <ErrorNotice error={create.error} />}
            <TextField
              label="User name"
              value={username}
              onChange={setUsername}
              autoComplete="off"
              help="Letters, digits and . _ @ -"
              problem={
                tried && !isName ? 'Two to 64 letters, digits and . _ @ -, the first a letter or digit' : undefined
              }
              autoFocus
            />
            <SelectField label="Role" value={role} choices={rolesToGive(own)} onChange={setRole} />
          </Form>
        ) : (
          <LinkNotice made={made} />
        )}
      </ModalBody>
      <ModalFooter>
        {made === undefined ? (
          <>
            <Button type="submit" form="create-account" isLoading={create.isPending} isDisabled={create.isPending}>
              Create
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
