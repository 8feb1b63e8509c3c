import type { UseQueryResult } from '@tanstack/react-query';
import { ErrorNotice, Notice } from './error-notice.tsx';
import { Moment } from './moment.tsx';
import { useNow } from './use-now.ts';

interface UnknownSinceProps {
  /** What is shown of it, such as `what the nodes run`. */
  what: string;
  query: UseQueryResult<unknown>;
  /** How often it is asked for, ms. */
  everyMs: number;
  /** When what is shown was asked for, by the reader's clock, ms since 1970: it was true then, or became so until the answer. */
  trueAt: number;
}

/** Says that what is shown is not of now: it could not be read again, or the answer does not come. Nothing where it is. */
export function UnknownSince({ what, query, everyMs, trueAt }: UnknownSinceProps) {
  const now = useNow();
  if (query.data === undefined || (!query.isError && now - trueAt <= oldestMs(everyMs))) return null;
  return (
    <>
      <Notice variant="warning" title={`Unknown now: ${what}`}>
        <p>
          Unknown since <Moment at={new Date(trueAt).toISOString()} />: what is shown is the answer to what was asked
          then. It is asked for again all the time.
        </p>
      </Notice>
      {query.isError && <ErrorNotice error={query.error} />}
    </>
  );
}

/** What is older is no picture of now: the time between two looks, and a moment for the answer. */
export function oldestMs(everyMs: number): number {
  return everyMs + 8000;
}
