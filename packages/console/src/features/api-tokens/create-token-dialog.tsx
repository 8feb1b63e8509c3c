import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { Role } from '@sealift/core/api';
import { type FormEvent, useState } from 'react';
import { useCreateToken } from '../../api/tokens.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { ShownOnce } from '../../components/shown-once.tsx';
import { TextField } from '../../components/text-field.tsx';
import { rolesOfTokens } from '../accounts/roles.ts';

const lifetimes = [
  ['1', 'A day'],
  ['7', 'A week'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['366', 'A year'],
] as const;

/** Makes an API token, and shows its secret this once. */
export function CreateTokenDialog({ own, onClose }: { own: Role; onClose: () => void }) {
  const create = useCreateToken();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>(own);
  const [days, setDays] = useState<(typeof lifetimes)[number][0]>('30');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '') create.mutate({ name: name.trim(), role, expiresInDays: Number(days) });
  };
  const made = create.data;
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="create-token-title">
      <ModalHeader title="Create an API token" labelId="create-token-title" />
      <ModalBody>
        {made === undefined ? (
          <Form id="create-token" onSubmit={submit} noValidate>
            {create.isError && <ErrorNotice error={create.error} />}
            <TextField
              label="Name"
              value={name}
              onChange={setName}
              autoComplete="off"
              help="What it is for, such as the machine that uses it"
              autoFocus
            />
            <SelectField
              label="Role"
              value={role}
              choices={rolesOfTokens(own)}
              onChange={setRole}
              help="Your own, or one that may less"
            />
            <SelectField label="It lasts" value={days} choices={lifetimes} onChange={setDays} />
          </Form>
        ) : (
          <ShownOnce what="The secret" secret={made.secret}>
            Copy it now. It is stored nowhere, and nobody can tell it again.
          </ShownOnce>
        )}
      </ModalBody>
      <ModalFooter>
        {made === undefined ? (
          <>
            <Button
              type="submit"
              form="create-token"
              isLoading={create.isPending}
              isDisabled={create.isPending || name.trim() === ''}
            >
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
