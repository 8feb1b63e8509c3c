import { Bullseye } from '@patternfly/react-core';
import { Navigate, Outlet, useLocation } from 'react-router';
import { useSession } from '../api/session.ts';
import { QueryView } from '../components/query-view.tsx';

/** Lets only a signed-in person through; others sign in first and come back to the address they asked for. */
export function RequireSession() {
  const session = useSession();
  const { pathname, search } = useLocation();
  if (session.data === undefined) {
    return (
      <Bullseye>
        <QueryView query={session} what="your session">
          {() => null}
        </QueryView>
      </Bullseye>
    );
  }
  if (session.data === null) return <Navigate to="/sign-in" replace state={{ from: `${pathname}${search}` }} />;
  return <Outlet />;
}
