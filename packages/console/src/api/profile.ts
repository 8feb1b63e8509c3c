import { profileViewSchema } from '@sealift/core/api';
import { useQuery } from '@tanstack/react-query';
import { read, send } from './http.ts';
import { profileKey } from './query-keys.ts';

/** The enterprise cluster's layers with their values. */
export function useProfile() {
  return useQuery({ queryKey: profileKey, queryFn: ({ signal }) => read(profileViewSchema, '/profile', signal) });
}

/** Every layer's configuration as one archive (tar.gz). */
export async function exportProfile(): Promise<Blob> {
  return (await send('GET', '/profile/export')).blob();
}
