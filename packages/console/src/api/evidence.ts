import { evidenceKeyListSchema } from '@sealift/core/api';
import { useQuery } from '@tanstack/react-query';
import { read, send } from './http.ts';

/** The keys that the console signs evidence with, the one that signs now first. */
export function useEvidenceKeys() {
  return useQuery({
    queryKey: ['evidence-keys'],
    queryFn: ({ signal }) => read(evidenceKeyListSchema, '/evidence-keys', signal),
  });
}

/** The signed evidence of an upgrade, as one file. */
export async function downloadEvidence(id: string): Promise<Blob> {
  return (await send('GET', `/upgrades/${encodeURIComponent(id)}/evidence`)).blob();
}
