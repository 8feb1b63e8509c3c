import {
  entrySchema,
  isAllowed,
  type Permission,
  type Session,
  sessionListSchema,
  sessionSchema,
  setupStateSchema,
} from '@sealift/core/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { forgetTyped } from './typed-texts.ts';
import { ProblemError, read, request, send } from './http.ts';
import { sessionKey } from './query-keys.ts';

/** Who is signed in; null when nobody is. */
export function useSession() {
  return useQuery({
    queryKey: sessionKey,
    queryFn: async ({ signal }) => {
      try {
        return await read(sessionSchema, '/session', signal);
      } catch (error) {
        if (error instanceof ProblemError && error.problem.status === 401) return null;
        throw error;
      }
    },
    staleTime: 60_000,
  });
}

/** Whether the first administrator is still to be made. */
export function useSetupState() {
  return useQuery({ queryKey: ['setup'], queryFn: ({ signal }) => read(setupStateSchema, '/setup', signal) });
}

/** Whether whoever is signed in may do what a permission names; where none is named, everybody may. */
export function useMay(permission: Permission | undefined): boolean {
  const { data } = useSession();
  return permission === undefined || (isSignedIn(data) && isAllowed(data.role, permission));
}

/** What the page of sign-in shows: the login banner, and single sign-on where it is set up. */
export function useEntry() {
  return useQuery({ queryKey: ['entry'], queryFn: ({ signal }) => read(entrySchema, '/entry', signal) });
}

const ownSessionsKey = ['own-sessions'];

/** One's own sessions. */
export function useOwnSessions() {
  return useQuery({ queryKey: ownSessionsKey, queryFn: ({ signal }) => read(sessionListSchema, '/sessions', signal) });
}

export function useEndOwnSession() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => send('DELETE', `/sessions/${encodeURIComponent(id)}`),
    onSettled: () => client.invalidateQueries({ queryKey: ownSessionsKey }),
  });
}

/** Changes one's own password; every other session ends. */
export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (passwords: { current: string; password: string }) => send('PUT', '/session/password', passwords),
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: ownSessionsKey }),
  });
}

/** Chooses a password with a one-time link. */
export function useChoosePassword() {
  return useMutation({
    mutationFn: (chosen: { token: string; password: string }) => send('POST', '/password-link', chosen),
    gcTime: 0,
  });
}

interface Credentials {
  username: string;
  password: string;
}

function signIn(credentials: Credentials) {
  return request(sessionSchema, 'POST', '/session', credentials);
}

/** Signs in; afterwards `useSession` tells who. */
export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: signIn,
    onSuccess: (session) => client.setQueryData(sessionKey, session),
  });
}

/** Makes the first administrator and signs in as that account. */
export function useSetup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ token, ...credentials }: Credentials & { token: string }) => {
      await send('POST', '/setup', { token, ...credentials });
      return signIn(credentials);
    },
    onSuccess: (session) => {
      client.setQueryData(sessionKey, session);
      return client.invalidateQueries({ queryKey: ['setup'] });
    },
  });
}

/** Ends the session and forgets everything the server said in it. */
export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => send('DELETE', '/session'),
    onSuccess: () => {
      forgetTyped();
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
      client.setQueryData(sessionKey, null);
    },
  });
}

/** Whether `useSession` answered with a person: undefined is not known yet, null is nobody. */
export function isSignedIn(session: Session | null | undefined): session is Session {
  return session !== null && session !== undefined;
}
