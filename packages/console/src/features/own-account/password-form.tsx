import { ActionGroup, Form } from '@patternfly/react-core';
import { type FormEvent, useState } from 'react';
import { useChangePassword } from '../../api/session.ts';
import { ErrorNotice, Notice } from '../../components/error-notice.tsx';
import { LockedButton } from '../../components/locked-button.tsx';
import { isUsable, type NewPassword, NewPasswordFields } from '../../components/new-password-fields.tsx';
import { TextField } from '../../components/text-field.tsx';

const empty: NewPassword = { password: '', again: '' };

/** Changes one's own password. */
export function PasswordForm({ username }: { username: string }) {
  const change = useChangePassword();
  const [current, setCurrent] = useState('');
  const [fresh, setFresh] = useState(empty);
  const [tried, setTried] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (current === '' || !isUsable(fresh)) return;
    change.mutate(
      { current, password: fresh.password },
      {
        onSuccess: () => {
          setCurrent('');
          setFresh(empty);
          setTried(false);
        },
      },
    );
  };
  return (
    <Form onSubmit={submit} noValidate isWidthLimited>
      {change.isError && <ErrorNotice error={change.error} />}
      {change.isSuccess && (
        <Notice variant="success" title="The password is changed">
          Every other session of yours has ended. API tokens stay.
        </Notice>
      )}
      {/* Password managers tell by it whose password this is. */}
      <input type="text" value={username} autoComplete="username" readOnly hidden />
      <TextField
        label="Password of now"
        type="password"
        value={current}
        onChange={setCurrent}
        autoComplete="current-password"
        problem={tried && current === '' ? 'It is needed to change it' : undefined}
      />
      <NewPasswordFields value={fresh} onChange={setFresh} tried={tried} label="New password" />
      <ActionGroup>
        <LockedButton type="submit" isLoading={change.isPending} isDisabled={change.isPending}>
          Change password
        </LockedButton>
      </ActionGroup>
    </Form>
  );
}
