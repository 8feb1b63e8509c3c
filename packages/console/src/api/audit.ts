import { type AuditEntry, auditPageSchema, auditVerificationSchema } from '@sealift/core/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { read, request } from './http.ts';

const maximumPages = 50;

/** The newest entries of the audit log, newest first; `complete` is false when older ones were left out. */
export function useAudit() {
  return useQuery({ queryKey: ['audit'], queryFn: ({ signal }) => readAll(signal) });
}

/** Recomputes the hash chain over the whole log. */
export function useVerifyAudit() {
  return useMutation({ mutationFn: () => request(auditVerificationSchema, 'GET', '/audit/verification') });
}

async function readAll(signal: AbortSignal): Promise<{ entries: AuditEntry[]; complete: boolean }> {
  const entries: AuditEntry[] = [];
  let after: string | null = null;
  for (let page = 0; page < maximumPages; page += 1) {
    const query: string = after === null ? '' : `?after=${encodeURIComponent(after)}`;
    const answer = await read(auditPageSchema, `/audit${query}`, signal);
    entries.push(...answer.entries);
    if (answer.next === null || answer.entries.length === 0) return { entries: entries.reverse(), complete: true };
    after = answer.next;
  }
  return { entries: entries.reverse(), complete: false };
}
