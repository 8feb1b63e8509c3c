import { certificateListSchema } from '@sealift/core/api';
import { useQuery } from '@tanstack/react-query';
import { read } from './http.ts';

/** Every certificate that the console knows of, looked at now. */
export function useCertificates() {
  return useQuery({
    queryKey: ['certificates'],
    queryFn: ({ signal }) => read(certificateListSchema, '/certificates', signal),
  });
}
