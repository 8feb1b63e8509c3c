import { gatewayReportSchema, type GatewayReport } from '@sealift/core/api';
import { type GatewayPlatform, gatewayPlatformSchema, type Pause, pausedSchema } from '@sealift/core/gateway';
import { canonicalJson } from '@sealift/core/canonical-json';
import { readRecord } from '@sealift/core/record';
import { z } from 'zod';
import type { Db } from '../store/store.ts';
import type { GatewayRow } from '../store/tables/gateways.ts';

const format = 1;
const storedSchema = z.object({ format: z.literal(format), report: gatewayReportSchema });

/** A gateway as it is stored. */
export interface KnownGateway {
  readonly id: string;
  readonly name: string;
  readonly site: string;
  readonly platform: GatewayPlatform;
  readonly registeredAt: Date;
  readonly version: string;
  readonly seenAt: Date | null;
  readonly report: GatewayReport | null;
  /** `<version>#<attempt>`. */
  readonly granted: string | null;
}

/** Every gateway, by name. */
export async function knownGateways(db: Db): Promise<KnownGateway[]> {
  const rows = await db.selectFrom('gateway').selectAll().orderBy('name').execute();
  return rows.map(gatewayOfRow);
}

/** @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
export function gatewayOfRow(row: GatewayRow): KnownGateway {
  const { id, name, site, version, granted } = row;
  const what = `the report of the gateway ${name}`;
  const report =
    row.report === null ? null : readRecord(what, { stored: row.report, format, schema: storedSchema }).report;
  return {
    id,
    name,
    site,
    version,
    granted,
    report,
    platform: gatewayPlatformSchema.parse(row.platform),
    registeredAt: row.registered_at,
    seenAt: row.seen_at,
  };
}

/** As `knownGateways` reads it. */
export function storedReport(report: GatewayReport): string {
  return canonicalJson({ format, report });
}

/** Every pause, in the order of its making. */
export async function pausesNow(db: Db): Promise<Pause[]> {
  const rows = await db.selectFrom('gateway_pause').selectAll().orderBy('made_at').execute();
  return rows.map(({ level, name, made_by: by, made_at: at, reason }) => {
    const paused = pausedSchema.parse(level === 'global' ? { level } : { level, name });
    return { paused, by, at: at.toISOString(), reason };
  });
}

/** Names a version in an attempt, for what was granted. */
export function grantOf({ version, attempt }: { readonly version: string; readonly attempt: number }): string {
  return `${version}#${attempt}`;
}
