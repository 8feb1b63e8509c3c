import {
  auditPageSchema,
  auditVerificationSchema,
  checkpointListSchema,
  storedCheckpointSchema,
} from '@sealift/core/api';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, request } from './http.ts';

/** What entries are looked for. */
export interface AuditSearch {
  readonly text: string;
  readonly actor: string;
  readonly action: string;
  /** Days, such as 2026-11-29, in the time zone of whoever looks; the last one included. */
  readonly from: string;
  readonly to: string;
}

/** The entries that fit, newest first, page by page. */
export function useAudit(search: AuditSearch) {
  return useInfiniteQuery({
    queryKey: ['audit', search],
    initialPageParam: null as string | null,
    queryFn: ({ signal, pageParam }) => {
      const query = queryOf(search);
      query.set('order', 'newest');
      query.set('limit', '100');
      if (pageParam !== null) query.set('before', pageParam);
      return read(auditPageSchema, `/audit?${query}`, signal);
    },
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  });
}

/** Where the entries that fit are downloaded as CSV. */
export function auditExportAddress(search: AuditSearch): string {
  return `/api/v1/audit/export?${queryOf(search)}`;
}

/** Recomputes the hash chain over the whole log. */
export function useVerifyAudit() {
  return useMutation({ mutationFn: () => request(auditVerificationSchema, 'GET', '/audit/verification') });
}

const checkpointsKey = ['audit-checkpoints'];

/** Signed checkpoints of the log, newest first. */
export function useCheckpoints() {
  return useQuery({
    queryKey: checkpointsKey,
    queryFn: ({ signal }) => read(checkpointListSchema, '/audit/checkpoints', signal),
  });
}

/** Has the end of the log signed now. */
export function useMakeCheckpoint() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request(storedCheckpointSchema, 'POST', '/audit/checkpoints'),
    onSettled: () => client.invalidateQueries({ queryKey: checkpointsKey }),
  });
}

function queryOf({ text, actor, action, from, to }: AuditSearch): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ text, actor, action })) if (value !== '') query.set(name, value);
  const begin = dayOf(from);
  const last = dayOf(to);
  if (begin !== undefined) query.set('from', begin.toISOString());
  if (last !== undefined) {
    last.setDate(last.getDate() + 1);
    query.set('to', last.toISOString());
  }
  return query;
}

/** The beginning of a day here; undefined while it is being typed. */
function dayOf(text: string): Date | undefined {
  const day = new Date(`${text}T00:00:00`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(day.getTime()) ? day : undefined;
}
