import { ActionGroup, Button, Form } from '@patternfly/react-core';
import { type FormEvent, useState } from 'react';
import { Navigate, useLocation, useSearchParams } from 'react-router';
import { isSignedIn, useEntry, useSession, useSetupState, useSignIn } from '../../api/session.ts';
import { signOnAddress } from '../../api/sign-on.ts';
import { EntryFrame } from '../../components/entry-frame.tsx';
import { ErrorNotice, Notice } from '../../components/error-notice.tsx';
import { TextField } from '../../components/text-field.tsx';
import { SignOnProblem } from './sign-on-problem.tsx';

/** Sign-in with a local account; afterwards the page that was asked for. */
export function SignInPage() {
  const session = useSession();
  const setup = useSetupState();
  const signIn = useSignIn();
  const entry = useEntry();
  const from = cameFrom(useLocation().state);
  const [query] = useSearchParams();
  const problem = query.get('problem');
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  if (isSignedIn(session.data)) return <Navigate to={from ?? '/'} replace />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ username, password });
  };
  return (
    <EntryFrame title="Sign in">
      {typeof entry.data?.banner === 'string' && <p className="login-banner">{entry.data.banner}</p>}
      {problem !== null && <SignOnProblem code={problem} />}
      {typeof entry.data?.singleSignOn?.label === 'string' && (
        <div className="single-sign-on">
          <Button component="a" href={signOnAddress} variant="secondary" isBlock>
            {entry.data.singleSignOn.label}
          </Button>
          <p className="quiet">or with an account of this console</p>
        </div>
      )}
      <Form onSubmit={submit}>
        {setup.data?.needed === true && (
          <Notice variant="info" title="No administrator exists yet">
            Open the one-time link that the server printed when it first started.
          </Notice>
        )}
        {from !== undefined && from !== '/' && (
          <Notice variant="info" title="Sign in to continue">
            You return to the page you asked for.
          </Notice>
        )}
        {signIn.isError && <ErrorNotice error={signIn.error} />}
        <TextField label="User name" value={username} onChange={setUsername} autoComplete="username" autoFocus />
        <TextField
          label="Password"
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
        />
        <ActionGroup>
          <Button
            type="submit"
            isBlock
            isLoading={signIn.isPending}
            isDisabled={signIn.isPending || username === '' || password === ''}
          >
            Sign in
          </Button>
        </ActionGroup>
      </Form>
    </EntryFrame>
  );
}

function cameFrom(state: unknown): string | undefined {
  if (typeof state !== 'object' || state === null || !('from' in state) || typeof state.from !== 'string')
    return undefined;
  return state.from;
}
