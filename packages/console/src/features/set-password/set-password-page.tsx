import { ActionGroup, Button, EmptyState, EmptyStateBody, Form } from '@patternfly/react-core';
import { type FormEvent, useState } from 'react';
import { Link } from 'react-router';
import { useChoosePassword } from '../../api/session.ts';
import { EntryFrame } from '../../components/entry-frame.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { isUsable, type NewPassword, NewPasswordFields } from '../../components/new-password-fields.tsx';
import { tokenFromAddress, useTokenOutOfHistory } from '../../components/token-of-link.ts';

/** The owner of an account chooses a password with a one-time link (`/set-password#token=…`). */
export function SetPasswordPage() {
  const [token] = useState(tokenFromAddress);
  useTokenOutOfHistory();
  const choose = useChoosePassword();
  return (
    <EntryFrame title="Choose your password">
      {choose.isSuccess ? (
        <EmptyState titleText="Your password is set" headingLevel="h2">
          <EmptyStateBody>
            The link works no more. <Link to="/sign-in">Sign in</Link> with your user name and the new password.
          </EmptyStateBody>
        </EmptyState>
      ) : token === undefined ? (
        <EmptyState titleText="The link is not complete" headingLevel="h2">
          <EmptyStateBody>
            Open the whole link that you were given; it ends in <code>#token=…</code>. Whoever manages accounts can make
            another one.
          </EmptyStateBody>
        </EmptyState>
      ) : (
        <PasswordChoice
          error={choose.error}
          isPending={choose.isPending}
          onChosen={(password) => choose.mutate({ token, password })}
        />
      )}
    </EntryFrame>
  );
}

interface PasswordChoiceProps {
  error: Error | null;
  isPending: boolean;
  onChosen: (password: string) => void;
}

function PasswordChoice({ error, isPending, onChosen }: PasswordChoiceProps) {
  const [fresh, setFresh] = useState<NewPassword>({ password: '', again: '' });
  const [tried, setTried] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isUsable(fresh)) onChosen(fresh.password);
  };
  return (
    <Form onSubmit={submit} noValidate>
      {error !== null && <ErrorNotice error={error} />}
      <NewPasswordFields value={fresh} onChange={setFresh} tried={tried} />
      <ActionGroup>
        <Button type="submit" isBlock isLoading={isPending} isDisabled={isPending}>
          Set password
        </Button>
      </ActionGroup>
    </Form>
  );
}
