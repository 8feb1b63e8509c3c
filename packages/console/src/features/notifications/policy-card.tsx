import { ActionGroup, Button, Card, CardBody, CardTitle, Form } from '@patternfly/react-core';
import type { NotificationPolicy, NotificationPolicyRequest } from '@sealift/core/api';
import { type FormEvent, useState } from 'react';
import { useSavePolicy } from '../../api/notifications.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LinesField } from '../../components/lines-field.tsx';
import { LockedButton } from '../../components/locked-button.tsx';
import { Moment } from '../../components/moment.tsx';
import { TextField } from '../../components/text-field.tsx';
import { linesOf, problemOf } from './subscription-form.ts';

/** Where webhooks may go: a Root says so. */
export function PolicyCard({ policy }: { policy: NotificationPolicy }) {
  const [isOpen, setOpen] = useState(false);
  const { consoleUrl, allowed, changedAt, changedBy } = policy;
  return (
    <Card>
      <CardTitle component="h2">Where webhooks may go</CardTitle>
      <CardBody>
        {isOpen ? (
          <ChangePolicy policy={policy} onClose={() => setOpen(false)} />
        ) : (
          <>
            {allowed.length === 0 ? (
              <p>Nowhere yet.</p>
            ) : (
              <ul>
                {allowed.map(({ origin, local }) => (
                  <li key={origin}>
                    <code>{origin}</code>
                    {local && <span className="quiet"> also where it leads to this machine itself</span>}
                  </li>
                ))}
              </ul>
            )}
            <p>
              {consoleUrl === null
                ? 'Nobody has said how people reach this console, so that what is sent holds no links.'
                : `Links in what is sent lead to ${consoleUrl}.`}
            </p>
            {changedAt !== null && (
              <p className="quiet">
                Changed <Moment at={changedAt} /> by {changedBy}.
              </p>
            )}
            <LockedButton needs="notifications.allow" variant="secondary" onClick={() => setOpen(true)}>
              Change where they may go
            </LockedButton>
          </>
        )}
      </CardBody>
    </Card>
  );
}

interface Fields {
  readonly consoleUrl: string;
  readonly allowed: string;
  readonly local: string;
}

function requestOf({ consoleUrl, allowed, local }: Fields): NotificationPolicyRequest {
  return {
    consoleUrl: consoleUrl.trim() === '' ? null : consoleUrl.trim(),
    allowed: [
      ...linesOf(allowed).map((origin) => ({ origin, local: false })),
      ...linesOf(local).map((origin) => ({ origin, local: true })),
    ],
  };
}

function ChangePolicy({ policy, onClose }: { policy: NotificationPolicy; onClose: () => void }) {
  const originsOf = (isLocal: boolean) =>
    policy.allowed.flatMap(({ origin, local }) => (local === isLocal ? [origin] : [])).join('\n');
  const [form, setForm] = useState<Fields>(() => ({
    consoleUrl: policy.consoleUrl ?? window.location.origin,
    allowed: originsOf(false),
    local: originsOf(true),
  }));
  // That of what the form was filled from: who changed it meanwhile must not be overwritten.
  const [seen] = useState(policy.revision);
  const save = useSavePolicy();
  const set = (field: keyof Fields) => (value: string) => setForm((now) => ({ ...now, [field]: value }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ seen, policy: requestOf(form) }, { onSuccess: onClose });
  };
  return (
    <Form onSubmit={submit} noValidate isWidthLimited aria-label="Change where webhooks may go">
      <LinesField
        label="Allowed addresses"
        value={form.allowed}
        onChange={set('allowed')}
        help="One a line, such as https://hooks.example:8443. One that leads to this machine itself or to a link-local address is refused"
        problem={problemOf(save.error, 'allowed')}
      />
      <LinesField
        label="Allowed addresses of this machine"
        value={form.local}
        onChange={set('local')}
        help="One a line, such as http://127.0.0.1:9000; only where a receiver runs beside the console"
      />
      <TextField
        label="Address of this console"
        value={form.consoleUrl}
        onChange={set('consoleUrl')}
        autoComplete="off"
        isRequired={false}
        help="As people reach it, for links; left empty there are none"
        problem={problemOf(save.error, 'consoleUrl')}
      />
      {save.isError && <ErrorNotice error={save.error} />}
      <ActionGroup>
        <Button type="submit" isLoading={save.isPending} isDisabled={save.isPending}>
          Save
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ActionGroup>
    </Form>
  );
}
