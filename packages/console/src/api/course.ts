import { upgradeCourseSchema } from '@sealift/core/api';
import { lifecycle } from '@sealift/core/upgrade';
import { useQuery } from '@tanstack/react-query';
import { request } from './http.ts';

/** A course that is not answered within this is asked for again: the page has to know soon that it has lost the console. */
const courseTimeoutMs = 8000;

/** How far an upgrade is; asked for again every two seconds while it locks the console, whatever becomes of the event stream. */
export function useCourse(id: string) {
  return useQuery({
    queryKey: ['upgrade', id, 'course'],
    queryFn: ({ signal }) => {
      const path = `/upgrades/${encodeURIComponent(id)}/tree`;
      return request(upgradeCourseSchema, 'GET', path, undefined, { signal, timeoutMs: courseTimeoutMs });
    },
    refetchInterval: ({ state }) =>
      state.data !== undefined && lifecycle[state.data.state].locksConsole ? 2000 : false,
  });
}
