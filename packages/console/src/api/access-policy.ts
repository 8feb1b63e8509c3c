import { type AccessPolicy, type AccessPolicyRequest, accessPolicySchema } from '@sealift/core/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, request, tagOf } from './http.ts';

const policyKey = ['access-policy'];

/** What holds for everybody who signs in. */
export function useAccessPolicy() {
  return useQuery({ queryKey: policyKey, queryFn: ({ signal }) => read(accessPolicySchema, '/access-policy', signal) });
}

/** Changes a part of the policy as it was seen. */
export function useChangePolicy() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ seen, change }: { seen: AccessPolicy; change: Partial<AccessPolicyRequest> }) => {
      const { banner, secondPerson, revision } = seen;
      return request(
        accessPolicySchema,
        'PUT',
        '/access-policy',
        { banner, secondPerson, ...change },
        { ifMatch: tagOf(revision) },
      );
    },
    onSettled: () => client.invalidateQueries({ queryKey: policyKey }),
  });
}
