import { reasonOf, SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import type { HostFolder } from './host-folder.ts';
import { readHostFile, writeHostFile } from './host-file.ts';

/** The number of the form that this version writes and reads. */
const stateFormat = 1;

const portSchema = z.int().min(1).max(65_535);
const pathSchema = z.string().min(1).max(4096);
const stateSchema = z.strictObject({
  format: z.literal(stateFormat),
  /** `begun`: a setup did not come to its end, and passwords that it made were not shown. */
  phase: z.enum(['begun', 'done']),
  host: z.string().min(1).max(253),
  /** What the certificate is for, the host first. */
  names: z.array(z.string().min(1).max(253)).min(1).max(20),
  listen: z.string().min(1).max(100),
  registryPort: portSchema,
  filesPort: portSchema,
  packBase: z.string().max(255),
  imageBase: z.string().max(255),
  certificate: z.enum(['made', 'given']),
  /** Who the services run as; null for whoever starts them. */
  account: z.string().min(1).max(64).nullable(),
  units: z.strictObject({ scope: z.enum(['system', 'user']), folder: pathSchema }).nullable(),
  /** Whether the services run an executable of this folder. */
  executable: z.boolean(),
});
/** What a support host was set up with; no secret is in it. */
export type HostState = Omit<z.output<typeof stateSchema>, 'format'>;

/** Undefined where none is set up. @throws AIRGAP_STATE_NEWER, AIRGAP_STATE_INVALID, FILE_UNREADABLE */
export async function readState({ state: path }: HostFolder): Promise<HostState | undefined> {
  const text = await readHostFile(path);
  if (text === undefined) return undefined;
  const invalid = (reason: string, cause?: unknown): SealiftError =>
    new SealiftError('AIRGAP_STATE_INVALID', { values: { path, reason }, place: path, cause });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(reasonOf(error), error);
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
