import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import type { KubeObject } from '../objects/object.ts';

/** A release unpacked; a Secret holds at most 1 MiB packed. */
const unpackedLimitBytes = 64 * 1024 * 1024;

/** States of a revision (Helm, `pkg/release/common/status.go`). */
const statuses = [
  'unknown',
  'deployed',
  'uninstalled',
  'superseded',
  'failed',
  'uninstalling',
  'pending-install',
  'pending-upgrade',
  'pending-rollback',
] as const;
export type ReleaseStatus = (typeof statuses)[number];

const hookSchema = z.looseObject({
  manifest: z.string().default(''),
  events: z.array(z.string()).nullish(),
  last_run: z.looseObject({ phase: z.string().optional(), started_at: z.string().nullish() }).nullish(),
});

/** What is read of a revision; the rest is kept as it is. */
const recordSchema = z.looseObject({
  name: z.string().max(253),
  namespace: z.string().max(253),
  version: z.int().positive(),
  manifest: z.string().default(''),
  hooks: z.array(hookSchema).nullish(),
  info: z.looseObject({
    status: z.enum(statuses).catch('unknown'),
    description: z.string().default(''),
    last_deployed: z.string().optional(),
  }),
  apply_method: z.string().optional(),
});
type ReleaseRecord = z.infer<typeof recordSchema>;

/** One revision of a release, as Helm's record in the cluster has it. */
export interface Revision {
  readonly release: string;
  readonly namespace: string;
  readonly revision: number;
  readonly status: ReleaseStatus;
  /** What Helm says of it: how it ended, or why it failed. */
  readonly description: string;
  /** When it began; null where the record does not tell. */
  readonly since: string | null;
  /** Server-side apply, or the client-side of releases that Helm 3 made. */
  readonly serverSide: boolean;
  /** What it installs, without its hooks and definitions. */
  readonly manifest: string;
  /** Labels of the record, with those that its maker gave the release. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A revision with the Secret that records it. */
export interface StoredRevision extends Revision {
  readonly secret: string;
  readonly resourceVersion: string;
  readonly record: ReleaseRecord;
}

/**
 * Reads Helm's record of a revision: a Secret of type `helm.sh/release.v1` whose `release` is base64 of gzip of JSON (Helm,
 * `pkg/storage/driver`).
 *
 * @throws HELM_RELEASE_UNREADABLE
 */
export async function readRevision(secret: KubeObject): Promise<StoredRevision> {
  const { name, labels = {}, resourceVersion = '' } = secret.metadata;
  try {
    const { release } = z.object({ release: z.string() }).parse(secret['data']);
    const packed = Buffer.from(Buffer.from(release, 'base64').toString('latin1'), 'base64');
    const isPacked = packed[0] === 0x1f && packed[1] === 0x8b;
    const bytes = isPacked ? await promisify(gunzip)(packed, { maxOutputLength: unpackedLimitBytes }) : packed;
    const record = recordSchema.parse(JSON.parse(bytes.toString('utf8')));
    const since = Date.parse(record.info.last_deployed ?? '');
    return {
      release: record.name,
      namespace: record.namespace,
      revision: record.version,
      status: record.info.status,
      description: record.info.description,
      since: Number.isNaN(since) ? null : new Date(since).toISOString(),
      // Unset is Helm 3's, which knew the client-side alone.
      serverSide: record.apply_method === 'ssa',
      manifest: record.manifest,
      labels,
      secret: name,
      resourceVersion,
      record,
    };
  } catch (error) {
    const reason = error instanceof z.ZodError ? 'it is not of the form that Helm writes' : reasonOf(error);
    throw new SealiftError('HELM_RELEASE_UNREADABLE', { values: { release: name, reason }, cause: error });
  }
}

/** A change of a revision, as a merge patch of its Secret that holds only while nobody else changed it. */
export async function patchOf(
  { record, resourceVersion }: StoredRevision,
  change: { readonly status?: ReleaseStatus; readonly description?: string; readonly manifest?: string },
): Promise<unknown> {
  const { status = record.info.status, description = record.info.description, manifest = record.manifest } = change;
  const changed = { ...record, manifest, info: { ...record.info, status, description } };
  const packed = await promisify(gzip)(JSON.stringify(changed), { level: 9 });
  const release = Buffer.from(packed.toString('base64'), 'latin1').toString('base64');
  return { metadata: { resourceVersion, labels: { status } }, data: { release } };
}

/** Whether an operation on the revision began and its end was not recorded. */
export function isPending({ status }: Pick<Revision, 'status'>): boolean {
  return status.startsWith('pending-') || status === 'uninstalling';
}

/** A hook that helm waits for. */
export interface RunningHook {
  readonly manifest: string;
  /** Such as `pre-upgrade`. */
  readonly events: readonly string[];
  readonly since: string | null;
}

/** The hook of a pending revision that was begun and has not ended; undefined where none is (Helm, `HookPhaseRunning`). */
export function runningHook({ record: { hooks } }: Pick<StoredRevision, 'record'>): RunningHook | undefined {
  const found = hooks?.find((hook) => hook.last_run?.phase === 'Running');
  if (found === undefined) return undefined;
  const since = Date.parse(found.last_run?.started_at ?? '');
  const events = found.events ?? [];
  return { manifest: found.manifest, events, since: Number.isNaN(since) ? null : new Date(since).toISOString() };
}
