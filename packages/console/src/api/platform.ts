import { type Summary, summarySchema } from '@sealift/core/api';
import { useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { asked } from './asked.ts';
import { read } from './http.ts';
import { summaryKey } from './query-keys.ts';

/** The Summary; every page uses it too, for the lock and the simulation notice. */
export function useSummary() {
  return useQuery({
    queryKey: summaryKey,
    queryFn: ({ signal }) => asked(() => read(summarySchema, '/summary', signal)),
    refetchInterval: ({ state }) => summaryEveryMs(state.data),
  });
}

/** How often the Summary is asked for, ms. */
export function summaryEveryMs(summary: Summary | undefined): number {
  return (summary?.lockedBy ?? null) === null ? 15_000 : 4000;
}

/** Why nothing can be changed in a part of a page, whether an upgrade runs or not; null where it can. */
export const ClosedHere = createContext<string | null>(null);

/** Why changes are refused right now, or null when they are not. */
export function useLock(): string | null {
  const { data } = useSummary();
  const closed = useContext(ClosedHere);
  if (closed !== null) return closed;
  return (data?.lockedBy ?? null) === null ? null : 'The console is locked while an upgrade runs';
}
