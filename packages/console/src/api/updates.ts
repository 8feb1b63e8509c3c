import { updateListSchema } from '@sealift/core/api';
import { pathPlanSchema } from '@sealift/core/planner';
import { useQuery } from '@tanstack/react-query';
import { read } from './http.ts';
import { updatesKey } from './query-keys.ts';

/** Newer releases in the catalogue. */
export function useUpdates() {
  return useQuery({ queryKey: updatesKey, queryFn: ({ signal }) => read(updateListSchema, '/updates', signal) });
}

/** The way to a release over as many hops as it takes; without one to the newest that can be reached. */
export function usePath(to: string | undefined) {
  const query = to === undefined ? '' : `?to=${encodeURIComponent(to)}`;
  return useQuery({
    queryKey: [...updatesKey, 'path', to ?? ''],
    queryFn: ({ signal }) => read(pathPlanSchema, `/path${query}`, signal),
  });
}
