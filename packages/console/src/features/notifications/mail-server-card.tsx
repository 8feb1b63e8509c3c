import { Alert, Button, Card, CardBody, CardTitle, Flex, Form } from '@patternfly/react-core';
import { type MailServer, mailSecurities, type MailServerSettings } from '@sealift/core/api';
import { type FormEvent, useState } from 'react';
import { useForgetMailServer, useTestMailServer } from '../../api/notifications.ts';
import { useMay } from '../../api/session.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LockedButton } from '../../components/locked-button.tsx';
import { Moment } from '../../components/moment.tsx';
import { TextField } from '../../components/text-field.tsx';
import { MailServerForm } from './mail-server-form.tsx';

/** The mail server: seen, tried, changed. */
export function MailServerCard({ server }: { server: MailServer }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Card>
      <CardTitle component="h2">Mail server</CardTitle>
      <CardBody>
        {isOpen ? (
          <MailServerForm server={server} onClose={() => setOpen(false)} />
        ) : (
          <Shown server={server} onChange={() => setOpen(true)} />
        )}
      </CardBody>
    </Card>
  );
}

function Shown({
  server: { settings, revision, changedAt, changedBy },
  onChange,
}: {
  server: MailServer;
  onChange: () => void;
}) {
  const [removing, setRemoving] = useState(false);
  const mayTest = useMay('notifications.change');
  const forget = useForgetMailServer();
  return (
    <>
      <p>{settings === null ? 'There is none, so nobody gets mail.' : serverText(settings)}</p>
      {changedAt !== null && (
        <p className="quiet">
          Changed <Moment at={changedAt} /> by {changedBy}.
        </p>
      )}
      {settings !== null && mayTest && <SendTest />}
      <Flex>
        <LockedButton needs="notifications.change" variant="secondary" onClick={onChange}>
          {settings === null ? 'Set the mail server' : 'Change the mail server'}
        </LockedButton>
        {settings !== null && (
          <LockedButton needs="notifications.change" variant="link" isDanger onClick={() => setRemoving(true)}>
            Forget it
          </LockedButton>
        )}
      </Flex>
      {removing && (
        <ConfirmDialog
          title="Forget the mail server?"
          action="Forget it"
          error={forget.error}
          isPending={forget.isPending}
          onConfirm={() => forget.mutate(revision, { onSuccess: () => setRemoving(false) })}
          onClose={() => setRemoving(false)}
        >
          Nobody gets mail until there is one again; mail that waits is given up after a day.
        </ConfirmDialog>
      )}
    </>
  );
}

function serverText({ host, port, security, user, from }: MailServerSettings): string {
  const login = user === null ? 'without a login' : `as ${user}`;
  return `${host}:${port}, ${mailSecurities[security]}, ${login}; mail comes from ${from}.`;
}

function SendTest() {
  const test = useTestMailServer();
  const [to, setTo] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (to.trim() !== '') test.mutate(to.trim());
  };
  return (
    <Form onSubmit={submit} noValidate isWidthLimited aria-label="Send a test mail">
      <div role="status">
        {test.isSuccess && (
          <Alert isInline variant="success" title="The server took the mail">
            {test.data.answer}
          </Alert>
        )}
      </div>
      {test.isError && <ErrorNotice error={test.error} />}
      <TextField label="Test mail to" value={to} onChange={setTo} autoComplete="email" isRequired={false} />
      <div>
        <Button
          type="submit"
          variant="secondary"
          isLoading={test.isPending}
          isDisabled={test.isPending || to.trim() === ''}
        >
          Send a test mail
        </Button>
      </div>
    </Form>
  );
}
