import { supportContentsSchema } from '@sealift/core/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { read, send } from './http.ts';

/** Some of it is asked of a cluster that may not answer. */
const timeoutMs = 10 * 60_000;

/** What a support bundle holds that is made now. */
export function useSupportContents() {
  return useQuery({
    queryKey: ['support-bundle'],
    queryFn: ({ signal }) => read(supportContentsSchema, '/support-bundle/contents', signal),
    staleTime: Infinity,
  });
}

/** Makes a support bundle. @returns its name and its bytes */
export function useSupportBundle() {
  return useMutation({
    mutationFn: async () => {
      const answer = await send('GET', '/support-bundle', undefined, { timeoutMs });
      const [, name = 'sealift-support.tar.gz'] =
        /filename="([\w.-]+)"/.exec(answer.headers.get('content-disposition') ?? '') ?? [];
      return { name, content: await answer.blob() };
    },
    gcTime: 0,
  });
}
