import { z } from 'zod';
import { type Check, checkRiskSchema } from './check.ts';

/** For how long a risk may be accepted at most, where an end is given at all: without one it ends with the upgrade. */
export const longestAcceptanceMs = 30 * 86_400_000;

/** That a person goes on in spite of one finding of a preflight. It belongs to one upgrade and ends with it. */
export const acceptedRiskSchema = checkRiskSchema.extend({
  /** Name of the check. */
  check: z.string(),
  /** What the check answered: an acceptance of one answer is none of the other. */
  outcome: z.enum(['block', 'unknown']),
  by: z.string(),
  reason: z.string(),
  at: z.iso.datetime(),
  /** From when on it lets nothing be confirmed; null where it ends with the upgrade. */
  expiresAt: z.iso.datetime().nullable(),
});
export type AcceptedRisk = z.infer<typeof acceptedRiskSchema>;

/** Whether a finding keeps an upgrade from being confirmed unless it is accepted. An unknown answer does so like a bad one. */
export function stopsConfirm({ outcome }: Check): boolean {
  return outcome === 'block' || outcome === 'unknown';
}

/** Whether an acceptance has not ended. */
export function isInForce({ expiresAt }: AcceptedRisk, now: Date): boolean {
  return expiresAt === null || Date.parse(expiresAt) > now.getTime();
}

/** Whether what was accepted is this finding: the same check and answer, and no object that was not named then. */
export function covers({ check, outcome, objects }: AcceptedRisk, found: Check): boolean {
  return (
    found.name === check &&
    found.outcome === outcome &&
    found.risk !== undefined &&
    found.risk.objects.every((object) => objects.includes(object))
  );
}
