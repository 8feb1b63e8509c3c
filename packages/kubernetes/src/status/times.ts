import { z } from 'zod';

const instant = z.iso.datetime({ offset: true });

/** A time of the API (RFC 3339) as a wait carries it, in UTC; null for anything else. */
export function timeOf(text: unknown): string | null {
  const { data, success } = instant.safeParse(text);
  if (!success) return null;
  const time = new Date(data);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}
