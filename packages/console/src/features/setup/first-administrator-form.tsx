import { ActionGroup, Button, Form } from '@patternfly/react-core';
import { passwordSchema, usernameSchema } from '@sealift/core/api';
import { type FormEvent, useState } from 'react';
import { useSetup } from '../../api/session.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { TextField } from '../../components/text-field.tsx';

/** Name and password of the first administrator, checked before they are sent. */
export function FirstAdministratorForm({ token }: { token: string }) {
  const setup = useSetup();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const problems = {
    username: usernameSchema.safeParse(username).success
      ? undefined
      : 'Two to 64 letters, digits and . _ @ -, the first a letter or digit',
    password: passwordSchema.safeParse(password).success ? undefined : 'At least 14 and at most 256 characters',
    again: again === password ? undefined : 'The two passwords differ',
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.values(problems).every((problem) => problem === undefined)) setup.mutate({ token, username, password });
  };
  const shown = (problem: string | undefined) => (tried ? problem : undefined);
  return (
    <Form onSubmit={submit} noValidate>
      {setup.isError && <ErrorNotice error={setup.error} />}
      <TextField
        label="User name"
        value={username}
        onChange={setUsername}
        autoComplete="username"
        help="Letters, digits and . _ @ -"
        problem={shown(problems.username)}
        autoFocus
      />
      <TextField
        label="Password"
        type="password"
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
        help="At least 14 characters; a sentence is easiest to remember"
        problem={shown(problems.password)}
      />
      <TextField
        label="Password again"
        type="password"
        value={again}
        onChange={setAgain}
        autoComplete="new-password"
        problem={shown(problems.again)}
      />
      <ActionGroup>
        <Button type="submit" isBlock isLoading={setup.isPending} isDisabled={setup.isPending}>
          Create administrator
        </Button>
      </ActionGroup>
    </Form>
  );
}
