import { z } from 'zod';
import { lineSchema } from './access.ts';
import { decisionSchema, mergePathSchema, resolutionSchema } from '../merge/types.ts';
import { layerNameSchema, packNameSchema, packVersionSchema } from '../pack/pack.ts';
import { acceptedRiskSchema } from '../check/accepted-risk.ts';
import { checkSchema, maxCheckItems } from '../check/check.ts';
import { journalledFailureSchema } from '../upgrade/journal/journal.ts';
import { onFailureSchema } from '../upgrade/frozen/frozen.ts';
import { upgradeStateSchema } from '../upgrade/lifecycle/lifecycle.ts';
import { planSchema } from '../upgrade/plan/plan.ts';
import { stepProgressSchema } from '../upgrade/progress/progress.ts';
import { finaliseStageSchema } from '../upgrade/rollback/finalise-stage.ts';
import { upgradeRehearsalSchema } from '../rehearsal/rehearsal.ts';
import { rollbackReadinessSchema } from '../upgrade/rollback/readiness.ts';
import { waitSchema } from '../upgrade/wait/wait.ts';

/** Where a layer's pack goes in this upgrade. */
export const layerChangeSchema = z.object({
  /** `<layer>-<pack>`, used in URLs; in later hops of an upgrade with the hop's place before it: `1-<layer>-<pack>`. */
  id: z.string(),
  /** Its hop's place in the plan, from 0. */
  hop: z.int().nonnegative().default(0),
  layer: layerNameSchema,
  pack: packNameSchema,
  displayName: z.string(),
  fromVersion: packVersionSchema.nullable(),
  toVersion: packVersionSchema.nullable(),
  state: z.enum(['unchanged', 'merged', 'conflicts', 'added', 'removed', 'edited']),
  openConflicts: z.int().nonnegative(),
  keptCustomisations: z.int().nonnegative(),
});
export type LayerChange = z.infer<typeof layerChangeSchema>;

/** Something wrong with the text that a layer would run. */
export const valueProblemSchema = z.object({
  kind: z.enum(['yaml', 'schema', 'required', 'format', 'readonly', 'macro']),
  severity: z.enum(['block', 'warn']),
  /** As people read it; `(document)` for the whole. */
  path: z.string(),
  /** In the merged text, from 1; null where no line can be named. */
  line: z.int().positive().nullable(),
  message: z.string(),
});
export type ValueProblem = z.infer<typeof valueProblemSchema>;

/** `GET /api/v1/upgrades/:id/layers/:layerId`: the preview of one layer, already merged. */
export const layerPreviewSchema = layerChangeSchema.extend({
  /** The old release's defaults. */
  base: z.string(),
  /** *Current configuration*: what the site runs. */
  current: z.string(),
  /** *Incoming changes*: the new release's defaults. */
  incoming: z.string(),
  /** The merged text, or what was pasted in its place. */
  merged: z.string(),
  /** Secrets in them read `***`. */
  decisions: z.array(decisionSchema),
  conflicts: z.array(decisionSchema),
  resolutions: z.array(resolutionSchema),
  /** Answers of earlier hops of this upgrade that count here; one of the layer's own for the same path takes their place. */
  carried: z.array(resolutionSchema).default([]),
  /** Dotted paths that the pack's schemas name as passwords: pages hide them in the texts. */
  passwords: z.array(z.string()).default([]),
  /** What settled an open conflict's path in an earlier upgrade; a person may take it again. */
  offered: z
    .array(z.object({ resolution: resolutionSchema, match: z.enum(['same', 'repeated', 'path']), reason: z.string() }))
    .default([]),
  /** What the pack's schemas and the checks of macros say about `merged`. */
  problems: z.array(valueProblemSchema).default([]),
  /** How a pasted text differs from the merge: customisations it loses, release changes it overrides, YAML errors. */
  pasted: z.object({ differences: z.array(z.object({ path: mergePathSchema, message: z.string() })) }).nullable(),
});
export type LayerPreview = z.infer<typeof layerPreviewSchema>;

/** What a list shows of an upgrade. */
export const upgradeSummarySchema = z.object({
  id: z.string(),
  product: z.string(),
  // As stored: a damaged row is shown too, so that it can be ended.
  from: z.string(),
  to: z.string(),
  state: upgradeStateSchema,
  createdAt: z.iso.datetime(),
  confirmedBy: z.string().nullable(),
  confirmedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
});
export type UpgradeSummary = z.infer<typeof upgradeSummarySchema>;

/** `GET /api/v1/upgrades`, newest first. */
export const upgradeListSchema = z.object({
  upgrades: z.array(upgradeSummarySchema),
  /** Goes on with older ones, as `after`; null at the end. */
  next: z.string().nullable().default(null),
});

/** A risk that was accepted, and whether what is found now is no more than that, and the acceptance has not ended. */
export const shownRiskSchema = acceptedRiskSchema.extend({ covers: z.boolean() });
export type ShownRisk = z.infer<typeof shownRiskSchema>;

/** `GET /api/v1/upgrades/:id`; `POST /api/v1/upgrades` {to} answers 201 with a draft. */
/** Whether another person has to approve, and who has asked. */
const approvalSchema = z.object({
  required: z.boolean(),
  asked: z
    .object({
      by: z.string(),
      at: z.iso.datetime(),
      /** Whether it is for what the upgrade is now; else it is asked for anew. */
      stands: z.boolean(),
    })
    .nullable(),
});
export type Approval = z.infer<typeof approvalSchema>;

export const upgradeSchema = upgradeSummarySchema.extend({
  /** Null where this version cannot read what was stored; `failure` says why. */
  plan: planSchema.nullable(),
  layers: z.array(layerChangeSchema),
  preflight: z.array(checkSchema),
  /** What persons accepted for it. */
  risks: z.array(shownRiskSchema).default([]),
  /** When the site was last looked at for it; null while it was not. `POST /api/v1/upgrades/:id/preflight` looks again. */
  preflightAt: z.iso.datetime().nullable(),
  /** Why Confirm is disabled; empty when it may be pressed. */
  blockers: z.array(z.string()),
  /** SHA-256 (hex) over the canonical JSON of plan, merged values and accepted risks; confirm names it, so what is approved is what was seen. */
  hash: z.string().nullable(),
  approval: approvalSchema.default({ required: false, asked: null }),
  steps: z.array(stepProgressSchema),
  fraction: z.number().min(0).max(1),
  waitingFor: waitSchema.nullable(),
  failure: journalledFailureSchema.nullable(),
  /** What a failure does that stops it; chosen before Confirm, and part of the hash. */
  onFailure: onFailureSchema.default('stop'),
  /** Of one whose control plane stays able to go back until a person finalises it; null of any other. */
  finalise: z.object({ stage: finaliseStageSchema, by: z.string().nullable() }).nullable().default(null),
  /** Whether it can be taken back where it stands; null where nothing can be said of that: of a draft, and of one that has succeeded or failed. */
  rollback: rollbackReadinessSchema.nullable().default(null),
  /** The last rehearsal of its minors on a copy of the cluster; null where there was none. `POST /api/v1/upgrades/:id/rehearsal` begins one. */
  rehearsal: upgradeRehearsalSchema.nullable().default(null),
});
export type Upgrade = z.infer<typeof upgradeSchema>;

export const startUpgradeRequestSchema = z.object({
  to: packVersionSchema,
  /** Whether the control plane goes to the next minor of Kubernetes in a way that can be taken back until a person finalises it. */
  reversible: z.boolean().default(false),
  /** Whether the site is looked at before the answer; else `POST …/preflight` does that, and the draft is there sooner. */
  preflight: z.boolean().default(true),
});
/** `PUT /api/v1/upgrades/:id/layers/:layerId/resolutions` replaces the layer's resolutions. */
export const resolutionsRequestSchema = z.object({ resolutions: z.array(resolutionSchema).max(10_000) });
/** `PUT /api/v1/upgrades/:id/layers/:layerId/text` pastes a result by hand; `DELETE` goes back to the merge. */
export const pastedTextRequestSchema = z.object({ text: z.string().max(4_000_000) });
/** `PUT /api/v1/upgrades/:id/risks/:check` goes on in spite of a finding; `DELETE` takes that back. */
export const acceptRiskRequestSchema = z.object({
  reason: lineSchema.trim().min(1, 'say why, for the audit log').max(1000),
  /** As they were shown; 409 when the finding is about others now. */
  objects: z.array(z.string().max(2000)).min(1).max(maxCheckItems),
  /** At most 30 days ahead; without it the acceptance ends with the upgrade. */
  expiresAt: z.iso.datetime().optional(),
});
/** `POST /api/v1/upgrades/:id/confirm`; 409 when the hash is not the draft's. Answers 202. */
export const confirmRequestSchema = z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits') });

/** `GET /api/v1/events` (server-sent events): `event:` is the kind, `data:` this JSON. Readers fetch the subject again. */
export const eventSchema = z.object({
  kind: z.enum(['sync', 'upgrade', 'catalogue', 'lock', 'site', 'backups', 'gateways', 'notifications']),
  subject: z.string(),
});
export type ConsoleEvent = z.infer<typeof eventSchema>;

/** `POST /api/v1/upgrades/:id/abort`; `…/pause` and `…/resume` take no body. All answer 202 with the upgrade, also while the console is locked. */
export const abortRequestSchema = z.object({ reason: z.string().min(1, 'say why, for the audit log').max(1000) });
/** `GET /api/v1/upgrades/:id/rollback`: what going back would do, from where the upgrade stands. */
export const upgradeRollbackSchema = z.object({
  id: z.string(),
  state: upgradeStateSchema,
  rollback: rollbackReadinessSchema.nullable(),
});
/** `POST /api/v1/upgrades/:id/rollback`; 409 where the way back is shut. Answers 202. */
export const rollbackRequestSchema = z.object({ reason: z.string().max(1000).default('') });
/** `PUT /api/v1/upgrades/:id/on-failure` of a draft. */
export const onFailureRequestSchema = z.object({ onFailure: onFailureSchema });
