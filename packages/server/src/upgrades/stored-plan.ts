import { canonicalJson } from '@sealift/core/canonical-json';
import { readRecord } from '@sealift/core/record';
import { type Plan, planSchema, upgradeFormat as format } from '@sealift/core/upgrade';
import { z } from 'zod';
import type { UpgradeRow } from '../store/tables/upgrades.ts';

const schema = z.object({ format: z.literal(format), plan: planSchema });

/** The text under which an upgrade's plan is stored. */
export function planText(plan: Plan): string {
  return canonicalJson({ format, plan });
}

/** The plan of a stored upgrade. @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
export function storedPlan(row: Pick<UpgradeRow, 'plan'>): Plan {
  return readRecord('the plan of the upgrade', { stored: row.plan, format, schema }).plan;
}
