import { Bullseye, Spinner } from '@patternfly/react-core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorNotice } from './error-notice.tsx';

interface QueryViewProps<Data> {
  query: UseQueryResult<Data>;
  /** What is being read, such as `the profile`. */
  what: string;
  children: (data: Data) => ReactNode;
}

/** Shows what a query answered; before that a spinner that says what it waits for, on refusal the error with its remedy. */
export function QueryView<Data>({ query, what, children }: QueryViewProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Bullseye className="loading">
      <Spinner size="lg" aria-label={`Reading ${what}`} />
      <span className="quiet">
        {query.failureCount === 0 ? `Reading ${what} …` : `Waiting for the server to answer, to read ${what} …`}
      </span>
    </Bullseye>
  );
}
