import {
  backupListSchema,
  type BackupSchedule,
  backupStoreCheckSchema,
  type BackupStoreRequest,
} from '@sealift/core/api';
import { backupProofSchema } from '@sealift/core/backup';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, request, send } from './http.ts';
import { backupsKey } from './query-keys.ts';

/** Every backup, with the one that is being made. */
export function useBackups() {
  return useQuery({
    queryKey: backupsKey,
    queryFn: ({ signal }) => read(backupListSchema, '/backups', signal),
    refetchInterval: ({ state }) =>
      typeof state.data?.running === 'object' && state.data.running !== null ? 1000 : false,
  });
}

/** Begins a backup. */
export function useCreateBackup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request(backupListSchema, 'POST', '/backups'),
    onSettled: () => client.invalidateQueries({ queryKey: backupsKey }),
  });
}

/** Reads a backup to its end and restores it on trial. */
/** A large backup is read from a store far away, and all of it restored on trial. */
const verifyTimeoutMs = 15 * 60_000;

export function useVerifyBackup() {
  return useMutation({
    mutationFn: (id: string) =>
      request(backupProofSchema, 'POST', `/backups/${encodeURIComponent(id)}/verify`, undefined, {
        timeoutMs: verifyTimeoutMs,
      }),
  });
}

export function useRemoveBackup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => send('DELETE', `/backups/${encodeURIComponent(id)}`),
    onSuccess: () => client.invalidateQueries({ queryKey: backupsKey }),
  });
}

/** Sets when backups are made by themselves. */
export function useScheduleBackups() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (schedule: BackupSchedule) => request(backupListSchema, 'PUT', '/backups/schedule', schedule),
    onSuccess: (list) => client.setQueryData(backupsKey, list),
  });
}

/** Sets where backups are kept, once the store was tried; nothing is kept of the secret here. */
export function useSetStore() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: BackupStoreRequest) => request(backupListSchema, 'PUT', '/backups/store', wanted),
    gcTime: 0,
    onSuccess: (list) => client.setQueryData(backupsKey, list),
  });
}

/** Does all that backups need with the store that they are kept in. */
export function useCheckStore() {
  return useMutation({ mutationFn: () => request(backupStoreCheckSchema, 'POST', '/backups/store/check') });
}
