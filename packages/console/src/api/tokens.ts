import { createdTokenSchema, type Role, tokenListSchema } from '@sealift/core/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, request, send } from './http.ts';

const tokensKey = ['tokens'];

/** API tokens: one's own, or everybody's. */
export function useTokens(of: 'me' | 'everybody') {
  return useQuery({
    queryKey: [...tokensKey, of],
    queryFn: ({ signal }) => read(tokenListSchema, `/tokens?of=${of}`, signal),
  });
}

/** Makes a token; nothing is kept of its secret here. */
export function useCreateToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (asked: { name: string; role: Role; expiresInDays: number }) =>
      request(createdTokenSchema, 'POST', '/tokens', asked),
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: tokensKey }),
  });
}

export function useRemoveToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => send('DELETE', `/tokens/${encodeURIComponent(id)}`),
    onSuccess: () => client.invalidateQueries({ queryKey: tokensKey }),
  });
}
