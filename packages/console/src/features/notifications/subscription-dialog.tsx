import { Button, Checkbox, Form, FormGroup, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { Subscription } from '@sealift/core/api';
import { notificationKinds } from '@sealift/core/notification';
import { type FormEvent, useId, useState } from 'react';
import { useSaveSubscription } from '../../api/notifications.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LinesField } from '../../components/lines-field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { ShownOnce } from '../../components/shown-once.tsx';
import { TextField } from '../../components/text-field.tsx';
import { allKinds, formOf, problemOf, requestOf, type SubscriptionForm } from './subscription-form.ts';

const ways = [
  ['webhook', 'A program, by a webhook'],
  ['mail', 'People, by mail'],
] as const;

interface SubscriptionDialogProps {
  /** The one that is changed; a new one without it. */
  subscription: Subscription | undefined;
  onClose: () => void;
}

/** Adds or changes who is told of what; a new key is shown this once. */
export function SubscriptionDialog({ subscription, onClose }: SubscriptionDialogProps) {
  const save = useSaveSubscription();
  const [form, setForm] = useState<SubscriptionForm>(() => formOf(subscription));
  // That of what the form was filled from: who changed it meanwhile must not be overwritten.
  const [seen] = useState(subscription);
  const change = (part: Partial<SubscriptionForm>) => setForm((now) => ({ ...now, ...part }));
  const newKey = save.data?.newKey ?? null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ seen, asked: requestOf(form) }, { onSuccess: (made) => made.newKey === null && onClose() });
  };
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="subscription-title">
      <ModalHeader
        title={seen === undefined ? 'Add a subscription' : `Edit ${seen.name}`}
        labelId="subscription-title"
      />
      <ModalBody>
        {newKey === null ? (
          <Form id="subscription" onSubmit={submit} noValidate>
            {save.isError && <ErrorNotice error={save.error} />}
            <Fields form={form} error={save.error} isNew={seen === undefined} change={change} />
          </Form>
        ) : (
          <ShownOnce what="The signing key" secret={newKey}>
            Give it to the receiver now: with it it proves that a request comes from here (Standard Webhooks). It is
            kept sealed, and nobody can tell it again.
          </ShownOnce>
        )}
      </ModalBody>
      <ModalFooter>
        {newKey === null ? (
          <>
            <Button type="submit" form="subscription" isLoading={save.isPending} isDisabled={save.isPending}>
              Save
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

interface FieldsProps {
  form: SubscriptionForm;
  error: unknown;
  isNew: boolean;
  change: (part: Partial<SubscriptionForm>) => void;
}

function Fields({ form, error, isNew, change }: FieldsProps) {
  return (
    <>
      <TextField
        label="Name"
        value={form.name}
        onChange={(name) => change({ name })}
        autoComplete="off"
        problem={problemOf(error, 'name')}
        autoFocus
      />
      <SelectField label="Who is told" value={form.via} choices={ways} onChange={(via) => change({ via })} />
      {form.via === 'mail' ? (
        <LinesField
          label="Mailboxes"
          value={form.to}
          onChange={(to) => change({ to })}
          isRequired
          help="One a line, such as ops@example.org; each gets its own mail"
          problem={problemOf(error, 'target.to')}
        />
      ) : (
        <WebhookFields form={form} error={error} isNew={isNew} change={change} />
      )}
      <Kinds form={form} change={change} problem={problemOf(error, 'kinds')} />
    </>
  );
}

function WebhookFields({ form, error, isNew, change }: FieldsProps) {
  const id = useId();
  return (
    <>
      <TextField
        label="Address"
        value={form.url}
        onChange={(url) => change({ url })}
        autoComplete="off"
        help="Such as https://hooks.example/sealift; a Root has to allow https://hooks.example"
        problem={problemOf(error, 'target.url')}
      />
      <LinesField
        label="CA of the receiver"
        value={form.ca}
        onChange={(ca) => change({ ca })}
        help="In PEM form; left empty: the CAs of the machine"
        problem={problemOf(error, 'target.ca')}
      />
      {!isNew && (
        <Checkbox
          id={`${id}-key`}
          label="Sign with a new key from now on"
          description="It is shown once when it is saved; the one of before ends at once"
          isChecked={form.newKey}
          onChange={(_event, newKey) => change({ newKey })}
        />
      )}
    </>
  );
}

interface KindsProps {
  form: SubscriptionForm;
  change: FieldsProps['change'];
  problem: string | undefined;
}

function Kinds({ form, change, problem }: KindsProps) {
  const id = useId();
  const set = (kind: (typeof allKinds)[number], isOn: boolean) =>
    change({ kinds: new Set(allKinds.filter((one) => (one === kind ? isOn : form.kinds.has(one)))) });
  return (
    <FormGroup label="Told of" role="group" fieldId={id} isStack>
      {allKinds.map((kind) => (
        <Checkbox
          key={kind}
          id={`${id}-${kind}`}
          label={notificationKinds[kind].label}
          description={notificationKinds[kind].about}
          isChecked={form.kinds.has(kind)}
          onChange={(_event, isOn) => set(kind, isOn)}
        />
      ))}
      {problem !== undefined && <p role="alert">{problem}</p>}
    </FormGroup>
  );
}
