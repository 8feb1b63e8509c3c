import { Card, CardBody, CardTitle, PageSection } from '@patternfly/react-core';
import { roleTexts } from '@sealift/core/api';
import { useEndOwnSession, useOwnSessions, useSession } from '../../api/session.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { SessionTable } from '../../components/session-table.tsx';
import { PasswordForm } from './password-form.tsx';

/** One's own account: password and sessions. */
export function OwnAccountPage() {
  const { data: session } = useSession();
  const sessions = useOwnSessions();
  const end = useEndOwnSession();
  if (session === undefined || session === null) return null;
  return (
    <PageSection className="cards">
      <PageHeading>
        You are signed in as {session.username}, with the role {roleTexts[session.role].label}.
      </PageHeading>
      <Card>
        <CardTitle component="h2">Password</CardTitle>
        <CardBody>
          {session.hasPassword ? (
            <PasswordForm username={session.username} />
          ) : (
            <p>You sign in by single sign-on: your password is kept at the provider.</p>
          )}
        </CardBody>
      </Card>
      <Card>
        <CardTitle component="h2">Sessions</CardTitle>
        <CardBody>
          {end.isError && <ErrorNotice error={end.error} />}
          <QueryView query={sessions} what="your sessions">
            {(list) => (
              <SessionTable sessions={list.sessions} isPending={end.isPending} onEnd={(id) => end.mutate(id)} />
            )}
          </QueryView>
        </CardBody>
      </Card>
    </PageSection>
  );
}
