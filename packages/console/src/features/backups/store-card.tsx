import {
  ActionGroup,
  Alert,
  Button,
  Card,
  CardBody,
  CardTitle,
  Flex,
  Form,
  FormGroup,
  Radio,
} from '@patternfly/react-core';
import type { BackupList, BackupStore } from '@sealift/core/api';
import { type FormEvent, useId, useState } from 'react';
import { useCheckStore, useSetStore } from '../../api/backups.ts';
import { ErrorNotice, Notice } from '../../components/error-notice.tsx';
import { Moment } from '../../components/moment.tsx';
import { StoreFields } from './store-fields.tsx';
import { formOf, problemsOf, requestOf, type StoreForm } from './store-form.ts';

/** Where backups are kept: seen, tried, changed. */
export function StoreCard({ list: { store, storeProblem } }: { list: BackupList }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Card>
      <CardTitle component="h2">Where backups are kept</CardTitle>
      <CardBody>
        {storeProblem !== null && (
          <Notice variant="warning" title="The store cannot tell what it has">
            {storeProblem}
          </Notice>
        )}
        {isOpen ? (
          <ChangeStore store={store} onClose={() => setOpen(false)} />
        ) : (
          <ShownStore store={store} onChange={() => setOpen(true)} />
        )}
      </CardBody>
    </Card>
  );
}

function ShownStore({ store, onChange }: { store: BackupStore; onChange: () => void }) {
  const check = useCheckStore();
  const { bucket, place, changedAt, changedBy } = store;
  return (
    <>
      <div role="status">
        {check.isSuccess && (
          <Alert isInline variant="success" title="The store does all that backups need">
            {check.data.tried.join(', ')}
          </Alert>
        )}
      </div>
      {check.isError && <ErrorNotice error={check.error} />}
      <p>
        {bucket === null ? 'The folder ' : 'The bucket '}
        <code>{place}</code>
        {bucket === null ? ' on this console’s machine.' : `, region ${bucket.region}, access key ${bucket.accessKey}.`}
      </p>
      {changedAt !== null && (
        <p className="quiet">
          Changed <Moment at={changedAt} /> by {changedBy}.
        </p>
      )}
      <Flex>
        <Button variant="secondary" onClick={onChange}>
          Change where they are kept
        </Button>
        {bucket !== null && (
          <Button
            variant="link"
            onClick={() => check.mutate()}
            isLoading={check.isPending}
            isDisabled={check.isPending}
          >
            Try the store now
          </Button>
        )}
      </Flex>
    </>
  );
}

function ChangeStore({ store, onClose }: { store: BackupStore; onClose: () => void }) {
  const id = useId();
  const [form, setForm] = useState<StoreForm>(() => formOf(store));
  // That of what the form was filled from: who changed it meanwhile must not be overwritten.
  const [revision] = useState(store.revision);
  const save = useSetStore();
  const problems = problemsOf(save.error);
  const change = (part: Partial<StoreForm>) => setForm((now) => ({ ...now, ...part }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(requestOf(form, revision), { onSuccess: onClose });
  };
  const kinds = [
    ['folder', 'The folder of each console’s machine'],
    ['bucket', 'A bucket of a store that speaks S3'],
  ] as const;
  return (
    <Form onSubmit={submit} noValidate isWidthLimited aria-label="Change where backups are kept">
      <FormGroup label="Kept in" role="radiogroup" fieldId={id} isStack>
        {kinds.map(([kind, words]) => (
          <Radio
            key={kind}
            id={`${id}-${kind}`}
            name={id}
            label={words}
            isChecked={form.kind === kind}
            onChange={() => change({ kind })}
          />
        ))}
      </FormGroup>
      {form.kind === 'bucket' && (
        <StoreFields form={form} hasSecret={store.bucket !== null} problems={problems} onChange={change} />
      )}
      <p className="quiet">
        Backups that there are stay where they are; the list says where. The folder has to have room for one backup in
        any case: it is written there first.
      </p>
      {save.isError && <ErrorNotice error={save.error} />}
      <ActionGroup>
        <Button type="submit" isLoading={save.isPending} isDisabled={save.isPending}>
          {save.isPending ? 'Trying …' : 'Try and save'}
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ActionGroup>
    </Form>
  );
}
