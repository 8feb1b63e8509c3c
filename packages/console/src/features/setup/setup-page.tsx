import { EmptyState, EmptyStateBody } from '@patternfly/react-core';
import { useState } from 'react';
import { Link, Navigate } from 'react-router';
import { isSignedIn, useSession, useSetupState } from '../../api/session.ts';
import { EntryFrame } from '../../components/entry-frame.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { tokenFromAddress, useTokenOutOfHistory } from '../../components/token-of-link.ts';
import { FirstAdministratorForm } from './first-administrator-form.tsx';

/** First set-up: makes the first administrator with the token of the one-time link (`/setup#token=…`). */
export function SetupPage() {
  const setup = useSetupState();
  const session = useSession();
  const [token] = useState(tokenFromAddress);
  useTokenOutOfHistory();
  if (isSignedIn(session.data)) return <Navigate to="/" replace />;
  return (
    <EntryFrame title="Create the first administrator">
      <QueryView query={setup} what="the state of this console">
        {({ needed }) => {
          if (!needed) return <AlreadyDone />;
          return token === undefined ? <NoToken /> : <FirstAdministratorForm token={token} />;
        }}
      </QueryView>
    </EntryFrame>
  );
}

function AlreadyDone() {
  return (
    <EmptyState titleText="This console is set up" headingLevel="h2">
      <EmptyStateBody>
        The one-time link has been used. <Link to="/sign-in">Sign in</Link> with the account that was made.
      </EmptyStateBody>
    </EmptyState>
  );
}

function NoToken() {
  return (
    <EmptyState titleText="The link is not complete" headingLevel="h2">
      <EmptyStateBody>
        Open the whole one-time link that the server printed when it first started; it ends in <code>#token=…</code>.
        Restart the server to have it printed again.
      </EmptyStateBody>
    </EmptyState>
  );
}
