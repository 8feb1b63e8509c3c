import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import preview from '../../.storybook/preview.tsx';
import { UnreachableError } from '../api/http.ts';
import { UnknownSince } from './unknown-since.tsx';

const minuteMs = 60_000;

/** What was read once, a while ago. */
function ReadOnce({ agoMs, ask }: { agoMs: number; ask: () => Promise<string> }) {
  const query = useQuery({ queryKey: ['story'], queryFn: ask, initialData: 'six nodes', retry: false });
  const [trueAt] = useState(() => Date.now() - agoMs);
  return (
    <>
      <UnknownSince what="what the nodes run" query={query} everyMs={2000} trueAt={trueAt} />
      <p>{query.data}</p>
    </>
  );
}

const meta = preview.meta({ component: ReadOnce, args: { ask: async () => 'six nodes' } });

/** Nothing is said. */
export const OfNow = meta.story({ args: { agoMs: 0 } });
export const AnswerDoesNotCome = meta.story({
  args: { agoMs: minuteMs, ask: () => new Promise<string>(() => undefined) },
});
export const CannotBeReadAgain = meta.story({
  args: { agoMs: minuteMs, ask: () => Promise.reject(new UnreachableError('cut')) },
});
