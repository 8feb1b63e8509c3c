import { profileViewSchema, summarySchema, updateListSchema } from '@sealift/core/api';
import { useQuery } from '@tanstack/react-query';
import { read, send } from './http.ts';

export const summaryKey = ['summary'];
export const updatesKey = ['updates'];
export const profileKey = ['profile'];

/** The Summary; every page uses it too, for the lock and the simulation notice. */
export function useSummary() {
  return useQuery({
    queryKey: summaryKey,
    queryFn: ({ signal }) => read(summarySchema, '/summary', signal),
    refetchInterval: (query) => ((query.state.data?.lockedBy ?? null) === null ? 15_000 : 4000),
  });
}

/** Why changes are refused right now, or null when they are not. */
export function useLock(): string | null {
  const { data } = useSummary();
  return (data?.lockedBy ?? null) === null ? null : 'The console is locked while an upgrade runs';
}

/** Newer releases in the catalogue. */
export function useUpdates() {
  return useQuery({ queryKey: updatesKey, queryFn: ({ signal }) => read(updateListSchema, '/updates', signal) });
}

/** The enterprise cluster's layers with their values. */
export function useProfile() {
  return useQuery({ queryKey: profileKey, queryFn: ({ signal }) => read(profileViewSchema, '/profile', signal) });
}

/** Every layer's configuration as one archive (tar.gz). */
export async function exportProfile(): Promise<Blob> {
  return (await send('GET', '/profile/export')).blob();
}
