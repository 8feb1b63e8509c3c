import { z } from 'zod';
import { canonicalJson } from '../../canonical-json/canonical-json.ts';
import { readRecord } from '../../schema/record.ts';
import { upgradeFormat as format } from '../format/format.ts';
import { upgradeStateSchema } from '../lifecycle/lifecycle.ts';
import { waitSchema } from '../wait/wait.ts';

/** Whether a step goes on, or is taken back. */
export const directionSchema = z.enum(['forward', 'back']);
export type Direction = z.infer<typeof directionSchema>;

/** What a step tells of itself: names and figures, for people and for audits. */
export const detailsSchema = z.record(z.string(), z.json());
export type StepDetails = z.infer<typeof detailsSchema>;

/** A failure as it is kept: that of the catalogue, without what it was caused by. */
export const journalledFailureSchema = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  next: z.enum(['retry', 'wait', 'needs-a-person', 'fatal']),
  place: z.string().optional(),
});
export type JournalledFailure = z.infer<typeof journalledFailureSchema>;

const intentSchema = z.object({ direction: directionSchema, message: z.string(), details: detailsSchema });
/** How many machines of a rollout are as it asks, of how many. */
export const machineCountSchema = z.object({ replaced: z.int().nonnegative(), of: z.int().nonnegative() });
export type MachineCount = z.infer<typeof machineCountSchema>;

const progressSchema = z.object({
  direction: directionSchema,
  /** 0 to 1. */
  fraction: z.number().min(0).max(1),
  wait: waitSchema,
  /** Of a step that replaces machines. */
  machines: machineCountSchema.optional(),
});
const evidenceSchema = z.object({ direction: directionSchema, message: z.string(), details: detailsSchema });
const failureSchema = z.object({ direction: directionSchema, failure: journalledFailureSchema });
const stateSchema = z.object({
  state: upgradeStateSchema,
  /** The person who asked for it; absent where the engine came to it by itself. */
  by: z.string().optional(),
  reason: z.string().optional(),
  failure: journalledFailureSchema.optional(),
  /** Ids of the steps that were begun and stay, where an upgrade was ended early. */
  begun: z.array(z.string()).optional(),
});

/** What a line of the journal says, by its phase: before an effect, while it is waited for, after it, or at the upgrade's own turns. */
export const journalLineSchema = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('intent'), data: intentSchema }),
  z.object({ phase: z.literal('progress'), data: progressSchema }),
  z.object({ phase: z.literal('evidence'), data: evidenceSchema }),
  z.object({ phase: z.literal('failure'), data: failureSchema }),
  z.object({ phase: z.literal('state'), data: stateSchema }),
]);
export type JournalLine = z.infer<typeof journalLineSchema>;
export type JournalPhase = JournalLine['phase'];

/** What a line of one phase says. */
export type JournalData<Phase extends JournalPhase> = Extract<JournalLine, { readonly phase: Phase }>['data'];

/** One line of the journal with where and when it was written. */
export type JournalEntry = JournalLine & {
  readonly upgradeId: string;
  /** Empty for a line about the upgrade itself. */
  readonly stepId: string;
  /** The lease's when it was written. */
  readonly epoch: number;
  readonly at: string;
};

/** The text under which a line is stored. */
export function storedLine({ phase, data }: JournalLine): string {
  return canonicalJson({ format, phase, data });
}

/** Reads a stored line. @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
export function readLine(stored: string): JournalLine {
  const { phase, data } = readRecord('the journal', { stored, format, schema: storedSchema });
  return { phase, data } as JournalLine;
}

const storedSchema = z.intersection(z.object({ format: z.literal(format) }), journalLineSchema);
