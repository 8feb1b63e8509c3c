import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { onConnectionChange } from './connection.ts';
import { ProblemError, UnreachableError } from './http.ts';
import { sessionKey } from './query-keys.ts';

/**
 * The cache of what the server said. Reads are repeated for as long as the server does not answer (it restarts during
 * an upgrade) and never after a refusal; `networkMode: always` because a browser inside an air gap may call itself offline.
 */
export function createQueryClient(): QueryClient {
  const signedOutBy = (error: Error) => {
    if (error instanceof ProblemError && error.problem.status === 401) client.setQueryData(sessionKey, null);
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: signedOutBy }),
    mutationCache: new MutationCache({ onError: signedOutBy }),
    defaultOptions: {
      queries: {
        networkMode: 'always',
        staleTime: 3000,
        retry: (_count, error) => error instanceof UnreachableError,
        retryDelay: (attempt) => Math.min(1000 * 2 ** attempt, 4000),
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
  onConnectionChange((reachable) => {
    if (reachable) void client.invalidateQueries({}, { cancelRefetch: false });
  });
  return client;
}
