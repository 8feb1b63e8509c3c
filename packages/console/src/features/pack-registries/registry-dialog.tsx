import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { PackRegistry } from '@sealift/core/api';
import { type FormEvent, useState } from 'react';
import { ProblemError } from '../../api/http.ts';
import { useSaveRegistry, useValidateRegistry } from '../../api/registries.ts';
import { CheckList } from '../../components/check-list.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { RegistryFields } from './registry-fields.tsx';
import { changeOf, formOf, problemsOf, type RegistryForm } from './registry-form.ts';

interface RegistryDialogProps {
  /** Null for a new one. */
  registry: PackRegistry | null;
  onClose: () => void;
}

/** Adds a registry or changes one: Validate tries all that is needed of it, and so does saving it. */
export function RegistryDialog({ registry, onClose }: RegistryDialogProps) {
  // As it was when it was opened: who changed it meanwhile must not be overwritten.
  const [edited] = useState(registry);
  const [form, setForm] = useState<RegistryForm>(() => formOf(registry));
  const validate = useValidateRegistry();
  const save = useSaveRegistry();
  const isPending = validate.isPending || save.isPending;
  const error = save.error ?? validate.error;
  const refused = save.error instanceof ProblemError ? save.error.problem.registryChecks : undefined;
  const checks = refused ?? validate.data?.checks;
  const title = edited === null ? 'Add a registry' : `Edit ${edited.name}`;
  const change = (part: Partial<RegistryForm>) => {
    setForm((now) => ({ ...now, ...part }));
    // What was found holds for what was typed then.
    validate.reset();
    save.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    validate.reset();
    save.mutate(changeOf(form, edited), { onSuccess: onClose });
  };
  const tryIt = () => {
    save.reset();
    validate.mutate(changeOf(form, edited));
  };
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="registry-title">
      <ModalHeader title={title} labelId="registry-title" />
      <ModalBody>
        <Form id="registry-form" onSubmit={submit} noValidate>
          <RegistryFields form={form} isNew={edited === null} problems={problemsOf(error)} onChange={change} />
        </Form>
        <div role="status">{checks !== undefined && <CheckList checks={checks} label="What was tried" />}</div>
        {error !== null && <ErrorNotice error={error} />}
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="registry-form" isLoading={save.isPending} isDisabled={isPending}>
          {save.isPending ? 'Validating …' : edited === null ? 'Add' : 'Save'}
        </Button>
        <Button variant="secondary" onClick={tryIt} isLoading={validate.isPending} isDisabled={isPending}>
          Validate
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
