import { type SignOnRequest, signOnViewSchema } from '@sealift/core/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, request, send, tagOf } from './http.ts';

const signOnKey = ['single-sign-on'];

/** Where the browser goes to sign in at the provider. */
export const signOnAddress = '/api/v1/single-sign-on/start';

/** How people sign in at a provider, without the secret. */
export function useSignOn() {
  return useQuery({ queryKey: signOnKey, queryFn: ({ signal }) => read(signOnViewSchema, '/single-sign-on', signal) });
}

/** Asks the provider, and stores the settings as they were seen and changed; nothing is kept of the secret here. */
export function useSaveSignOn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ seen, settings }: { seen: number; settings: SignOnRequest }) =>
      request(signOnViewSchema, 'PUT', '/single-sign-on', settings, { ifMatch: tagOf(seen) }),
    gcTime: 0,
    onSuccess: (view) => client.setQueryData(signOnKey, view),
  });
}

export function useForgetSignOn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (seen: number) => send('DELETE', '/single-sign-on', undefined, { ifMatch: tagOf(seen) }),
    onSettled: () => client.invalidateQueries({ queryKey: signOnKey }),
  });
}
