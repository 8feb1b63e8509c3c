import { SealiftError } from '@sealift/core/errors';
import { hasCode } from '@sealift/io/file-errors';
import { readBounded } from '@sealift/io/read-file';
import { z } from 'zod';
import type { HostFolder } from './host-folder.ts';
import { writeHostFile } from './host-file.ts';

/** The number of the form that this version writes and reads. */
const stateFormat = 1;
const limitBytes = 64 * 1024;

const port = z.int().min(1).max(65_535);
const text = z.string().min(1).max(4096);
const stateSchema = z.strictObject({
  format: z.literal(stateFormat),
  /** `begun`: a setup did not come to its end, and passwords that it made were not shown. */
  phase: z.enum(['begun', 'done']),
  host: z.string().min(1).max(253),
  /** What the certificate is for, the host first. */
  names: z.array(z.string().min(1).max(253)).min(1).max(20),
  listen: text,
  registryPort: port,
  filesPort: port,
  packBase: z.string().max(255),
  imageBase: z.string().max(255),
  certificate: z.enum(['made', 'given']),
  /** Who the services run as; null for whoever starts them. */
  account: z.string().min(1).max(64).nullable(),
  units: z.strictObject({ scope: z.enum(['system', 'user']), folder: text }).nullable(),
  /** Whether the services run an executable of this folder. */
  executable: z.boolean(),
});
/** What a support host was set up with; no secret is in it. */
export type HostState = Omit<z.output<typeof stateSchema>, 'format'>;

/** Undefined where none is set up. @throws AIRGAP_STATE_NEWER, AIRGAP_STATE_INVALID */
export async function readState({ state: path }: HostFolder): Promise<HostState | undefined> {
  let value: unknown;
  const invalid = (reason: string, cause?: unknown): SealiftError =>
    new SealiftError('AIRGAP_STATE_INVALID', { values: { path, reason }, place: path, cause });
  try {
    value = JSON.parse((await readBounded(path, limitBytes)).toString('utf8'));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw invalid(error instanceof Error ? error.message : String(error), error);
  }
  const { format } = z.object({ format: z.int() }).safeParse(value).data ?? {};
  if (format !== undefined && format > stateFormat) {
    throw new SealiftError('AIRGAP_STATE_NEWER', { values: { path, format, known: stateFormat }, place: path });
  }
  const parsed = stateSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`);
  }
  const { format: _, ...rest } = parsed.data;
  return rest;
}

/** The state of a host whose setup came to its end. @throws AIRGAP_NOT_SET_UP, AIRGAP_SETUP_OPEN, AIRGAP_STATE_NEWER, AIRGAP_STATE_INVALID */
export async function requireState(folder: HostFolder): Promise<HostState> {
  const state = await readState(folder);
  if (state === undefined) throw new SealiftError('AIRGAP_NOT_SET_UP', { values: { folder: folder.root } });
  if (state.phase === 'begun') throw new SealiftError('AIRGAP_SETUP_OPEN', { values: { folder: folder.root } });
  return state;
}

/** @throws FILE_UNWRITABLE */
export async function writeState({ state: path }: HostFolder, state: HostState): Promise<void> {
  await writeHostFile(path, `${JSON.stringify({ format: stateFormat, ...state }, undefined, 2)}\n`, 0o644);
}
