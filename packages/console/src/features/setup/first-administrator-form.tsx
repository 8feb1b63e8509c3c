import { ActionGroup, Button, Form } from '@patternfly/react-core';
import { usernameSchema } from '@sealift/core/api';
import { type FormEvent, useState } from 'react';
import { useSetup } from '../../api/session.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { isUsable, type NewPassword, NewPasswordFields } from '../../components/new-password-fields.tsx';
import { TextField } from '../../components/text-field.tsx';

/** Name and password of the first administrator, checked before they are sent. */
export function FirstAdministratorForm({ token }: { token: string }) {
  const setup = useSetup();
  const [username, setUsername] = useState('');
  const [chosen, setChosen] = useState<NewPassword>({ password: '', again: '' });
  const [tried, setTried] = useState(false);
  const isName = usernameSchema.safeParse(username).success;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isName && isUsable(chosen)) setup.mutate({ token, username, password: chosen.password });
  };
  return (
    <Form onSubmit={submit} noValidate>
      {setup.isError && <ErrorNotice error={setup.error} />}
      <TextField
        label="User name"
        value={username}
        onChange={setUsername}
        autoComplete="username"
        help="Letters, digits and . _ @ -"
        problem={tried && !isName ? 'Two to 64 letters, digits and . _ @ -, the first a letter or digit' : undefined}
        autoFocus
      />
      <NewPasswordFields value={chosen} onChange={setChosen} tried={tried} />
      <ActionGroup>
        <Button type="submit" isBlock isLoading={setup.isPending} isDisabled={setup.isPending}>
          Create administrator
        </Button>
      </ActionGroup>
    </Form>
  );
}
