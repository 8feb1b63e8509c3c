import { z } from 'zod';

/**
 * How a wait stands. `moving`: it goes on by itself. `slow`: its estimate has passed. `stalled`: nothing watched has changed for
 * a while. `blocked`: something outside has to change first. `failed`: a terminal condition was seen; a timer alone never says so.
 */
export const waitLevels = ['moving', 'slow', 'stalled', 'blocked', 'failed'] as const;

/** What something waits for or warns of: one shape, made where it is seen and carried unchanged to journal, API, page and terminal. */
export const waitSchema = z.object({
  /** In words: `control-plane-4 boots from r_u-2204-0-k-12610-0`. */
  what: z.string(),
  /** Since when it is so. */
  since: z.iso.datetime(),
  level: z.enum(waitLevels),
  /** What it holds up meanwhile; empty where that is plain. */
  impact: z.string(),
  /** The thing it is about; null where it is about the whole. */
  object: z.object({ kind: z.string(), name: z.string() }).nullable(),
  /** Where to read on, or the other side's own message; null where there is none. */
  reference: z.string().nullable(),
  /** What a person can do; null where there is nothing to do but wait. */
  remedy: z.string().nullable(),
});
export type Wait = z.infer<typeof waitSchema>;

/** A wait as the one who sees it knows it: who cannot tell since when leaves `since` null, and the reader fills in when it saw it first. */
export const seenWaitSchema = waitSchema.extend({ since: z.iso.datetime().nullable() });
export type SeenWait = z.infer<typeof seenWaitSchema>;

/** A wait that goes on by itself unless said otherwise. */
export function waitingFor(what: string, known: Partial<Omit<SeenWait, 'what'>> = {}): SeenWait {
  return { what, since: null, level: 'moving', impact: '', object: null, reference: null, remedy: null, ...known };
}
