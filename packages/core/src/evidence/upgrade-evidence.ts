import { z } from 'zod';
import { statementSchema } from '../api/platform.ts';
import { acceptedRiskSchema } from '../check/accepted-risk.ts';
import { checkSchema } from '../check/check.ts';
import { nodeSchema } from '../cluster/node.ts';
import { decisionKindSchema } from '../merge/types.ts';
import { layerNameSchema, packNameSchema } from '../pack/pack.ts';
import { digestSchema } from '../release/digest.ts';
import { journalledFailureSchema } from '../upgrade/journal/journal.ts';
import { upgradeStateSchema } from '../upgrade/lifecycle/lifecycle.ts';
import { planSchema } from '../upgrade/plan/plan.ts';
import { stepEvidenceSchema } from './step-evidence.ts';

/** Of the document; a reader refuses any other. */
export const upgradeEvidenceFormat = 1;

/** Evidence names at most this many decisions of a layer one by one, those that a person settled first; it counts all. */
export const mostDecisions = 500;
/** Of a value in a decision; in UTF-16 code units. */
export const longestSource = 200;

const instant = z.iso.datetime();
const who = z.strictObject({ by: z.string(), at: instant });

/** One path that differed, what became of it, and who settled it where a person did. Secrets read `***`. */
const evidenceDecisionSchema = z.strictObject({
  path: z.string(),
  kind: decisionKindSchema,
  reason: z.string(),
  resolvedBy: z.enum(['current', 'incoming', 'base', 'value']).nullable(),
  /** Null where the merge decided by itself, and where the audit log does not tell. */
  decided: who.nullable(),
  base: z.string().nullable(),
  current: z.string().nullable(),
  incoming: z.string().nullable(),
});
export type EvidenceDecision = z.infer<typeof evidenceDecisionSchema>;

/** How the values of one layer came about. */
const layerEvidenceSchema = z.strictObject({
  layer: layerNameSchema,
  pack: packNameSchema,
  fromVersion: z.string().nullable(),
  toVersion: z.string().nullable(),
  /** Who put a text of their own in the place of the merge, and in how many places it differs from it; null where nobody did. */
  pasted: z.strictObject({ decided: who.nullable(), differences: z.int().nonnegative() }).nullable(),
  /** How many decisions there are of each kind; `decisions` may hold fewer. */
  counts: z.partialRecord(decisionKindSchema, z.int().nonnegative()),
  decisions: z.array(evidenceDecisionSchema).max(mostDecisions),
  /** Why this could not be told; null where it could. */
  problem: z.string().nullable(),
});
export type LayerEvidence = z.infer<typeof layerEvidenceSchema>;

/** What the platform was seen to run at a moment. */
export const observationSchema = z.strictObject({
  at: instant,
  /** What the console had recorded as installed. */
  recorded: z.string().nullable(),
  /** Null where they could not be looked at; `problems` says why. */
  nodes: z.array(nodeSchema).nullable(),
  layers: z
    .array(
      z.strictObject({
        layer: layerNameSchema,
        pack: packNameSchema,
        version: z.string(),
        digest: z.string(),
        valuesHash: z.string(),
        /** What it waited for; null where it was healthy. */
        waits: z.string().nullable(),
      }),
    )
    .nullable(),
  problems: z.array(z.string()),
});
export type Observation = z.infer<typeof observationSchema>;

/** A release that the plan goes to, and the key whose signature held over it when this was written; it was verified when it was confirmed too. */
const verifiedReleaseSchema = z.strictObject({
  version: z.string(),
  /** As the plan pins it. */
  digest: digestSchema,
  /** Null where the signature could not be verified again; `problem` says why. */
  signedBy: z.strictObject({ keyId: z.string(), fingerprint: z.string() }).nullable(),
  problem: z.string().nullable(),
});
export type VerifiedRelease = z.infer<typeof verifiedReleaseSchema>;

/**
 * What is known of an upgrade that has ended, for somebody who was not there: one document, written when it ended, signed by the console's evidence key.
 * Values that are secrets read `***`. It says what was not found out too.
 */
export const upgradeEvidenceSchema = z.strictObject({
  kind: z.literal('sealift-upgrade-evidence'),
  format: z.literal(upgradeEvidenceFormat),
  /** When it was written; later than the end where the console could not write it at once. */
  writtenAt: instant,
  upgrade: z.strictObject({
    id: z.string(),
    product: z.string(),
    from: z.string(),
    to: z.string(),
    createdAt: instant,
    finishedAt: instant.nullable(),
    state: upgradeStateSchema,
    /** Why it did not succeed; null where nothing failed. */
    failure: journalledFailureSchema.nullable(),
  }),
  site: z.strictObject({
    /** Whether the cluster is the simulation of the demo; null where that could not be told. */
    simulated: z.boolean().nullable(),
    vcenter: z.string().nullable(),
  }),
  /** Who confirmed it, and the SHA-256 (hex) over the canonical JSON of plan, merged values and accepted risks that they confirmed. */
  approval: z.strictObject({
    /** Who asked, where another person had to approve. */
    askedBy: z.string().optional(),
    by: z.string().nullable(),
    at: instant.nullable(),
    hash: z.string().nullable(),
    /** Why what is stored, and with it the plan here, is not what they confirmed; null where it still has that hash. */
    problem: z.string().nullable(),
  }),
  /** Null where it cannot be read any more. */
  plan: planSchema.nullable(),
  merges: z.array(layerEvidenceSchema),
  /** What persons accepted with it. */
  risks: z.array(acceptedRiskSchema),
  preflight: z.strictObject({ at: instant.nullable(), checks: z.array(checkSchema) }),
  releases: z.array(verifiedReleaseSchema),
  /** Its own turns: who paused, resumed or aborted it, and what the engine came to. */
  course: z.array(
    z.strictObject({
      at: instant,
      state: upgradeStateSchema,
      /** Null where the engine came to it by itself. */
      by: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
  steps: z.array(stepEvidenceSchema),
  journal: z.strictObject({
    entries: z.int().nonnegative(),
    /** Why some of its lines could not be read, so that `steps` and `course` may lack something; null where all could. */
    problem: z.string().nullable(),
  }),
  /** Null where nobody looked: it was confirmed by a version that did not. */
  before: observationSchema.nullable(),
  after: observationSchema,
  /** The sentences of the Summary with their checks, as they stood at `after.at`. */
  statements: z.array(statementSchema),
  /** Where the audit log ended: its chain of hashes covers everything before. */
  audit: z.strictObject({ sequence: z.int().nonnegative(), hash: z.string() }),
});
export type UpgradeEvidence = z.infer<typeof upgradeEvidenceSchema>;
