import { z } from 'zod';
import type { ObjectMeta } from '../objects/object.ts';

const instant = z.iso.datetime({ offset: true });

/** A time of the API (RFC 3339) as a wait carries it, in UTC; null for anything else. */
export function timeOf(text: unknown): string | null {
  const { data, success } = instant.safeParse(text);
  if (!success) return null;
  const time = new Date(data);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/**
 * When an object's deletion was asked for, in UTC; null where it was not. `deletionTimestamp` is that time and the grace period, which a pod has
 * and few others: it may lie ahead (Kubernetes API conventions, "Metadata").
 */
export function deletionAsked({ deletionTimestamp, deletionGracePeriodSeconds }: ObjectMeta): string | null {
  const end = timeOf(deletionTimestamp);
  if (end === null) return null;
  const asked = new Date(Date.parse(end) - (deletionGracePeriodSeconds ?? 0) * 1000);
  return Number.isNaN(asked.getTime()) ? end : asked.toISOString();
}
