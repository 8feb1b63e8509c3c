import { copyExecutable, takeBackExecutable } from '@sealift/bundle/install-executable';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { pause } from '@sealift/io/pause';
import type { CliContext } from '../../../context.ts';
import { askVersion } from '../../server/hand-over/executable-version.ts';
import { fileIdentity } from '../../server/hand-over/file-identity.ts';
import { folderOf, type HostFolder } from '../host/host-folder.ts';
import { lockHost } from '../host/host-lock.ts';
import { type HostState, requireState } from '../host/host-state.ts';
import { type Executable, givenExecutable } from '../host/own-executable.ts';
import { assertRoom } from '../host/room.ts';
import { readServing } from '../serve/serving-record.ts';
import { type ServiceKind, serviceKinds, unitName } from '../setup/units.ts';
import { probe } from '../status/probe.ts';

/** The options of `airgap upgrade`. */
export interface HostUpgradeOptions {
  readonly dir?: string;
  readonly executable?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

/** Longer than a service gives an executable to come up. */
const upWithinMs = 4 * 60_000;
const smallFilesBytes = 1024 * 1024;

/** What became of a service. */
type Outcome = 'runs it' | 'does not run';

/**
 * Replaces the executable that the services run, in one step; those that run hand over to it. Where one does not come up, or does not answer, the
 * executable of before takes its place again.
 *
 * @throws AIRGAP_NOT_SET_UP, AIRGAP_SETUP_OPEN, AIRGAP_EXECUTABLE, AIRGAP_NO_ROOM, AIRGAP_BUSY, AIRGAP_NOT_UPGRADED, FILE_UNWRITABLE
 */
export async function upgradeHost(options: HostUpgradeOptions, context: CliContext): Promise<void> {
  const folder = folderOf(options.dir, context.env);
  const state = await requireState(folder);
  const source = await sourceOf(options.executable, folder, state);
  const version = await versionOf(source.path, context.cancel);
  const was = await versionOf(folder.executable, context.cancel).catch(() => null);
  await assertRoom(folder.root, source.sizeBytes + smallFilesBytes);
  if (options.dryRun === true) return tellDryRun(folder, was, version, options, context);
  const lock = lockHost(folder);
  try {
    const { changed } = await copyExecutable(source.path, folder.executable);
    const outcomes = await judge(folder, state, { version, changed }, context);
    tell(folder, { was, version, changed }, outcomes, options, context);
  } finally {
    lock.release();
  }
}

async function sourceOf(
  given: string | undefined,
  { root, executable }: HostFolder,
  state: HostState,
): Promise<Executable> {
  const refuse = (path: string, reason: string) => new SealiftError('AIRGAP_EXECUTABLE', { values: { path, reason } });
  if (!state.executable) throw refuse(root, 'its services run out of a checkout, and have no executable of their own');
  const source = await givenExecutable(given);
  if (source === undefined) throw refuse(process.execPath, 'it is Node.js, which runs sealift from a checkout');
  if (source.path === executable) throw refuse(executable, 'it is the one that the services run already');
  return source;
}

async function versionOf(path: string, cancel: AbortSignal): Promise<string> {
  try {
    return (await askVersion(path, cancel)).version;
  } catch (error) {
    if (!isSealiftError(error, 'EXECUTABLE_UNFIT')) throw error;
    const reason = 'asked for its version, it does not answer';
    throw new SealiftError('AIRGAP_EXECUTABLE', { values: { path, reason }, place: path, cause: error });
  }
}

/** Waits for what runs; goes back for all where one fails. */
async function judge(
  folder: HostFolder,
  state: HostState,
  { version, changed }: { readonly version: string; readonly changed: boolean },
  context: CliContext,
): Promise<Readonly<Record<ServiceKind, Outcome>>> {
  const results = await Promise.all(serviceKinds.map((kind) => follow(kind, folder, state, context.cancel)));
  const failed = serviceKinds.find((_, index) => results[index]?.trouble !== undefined);
  const reason = results.find(({ trouble }) => trouble !== undefined)?.trouble;
  if (failed !== undefined && reason !== undefined) {
    if (changed) {
      await takeBackExecutable(folder.executable);
      // A service that had gone on hands over to the one of before.
      await Promise.all(serviceKinds.map((kind) => follow(kind, folder, state, new AbortController().signal)));
    }
    const hint = changed ? {} : { hint: 'Nothing was replaced. Look at the log of the service, and start it anew.' };
    throw new SealiftError('AIRGAP_NOT_UPGRADED', {
      ...hint,
      values: { version, reason: `${failed}: ${reason}`, unit: unitName(failed) },
    });
  }
  const [registry, files] = results.map(({ outcome }) => outcome ?? 'does not run');
  return { registry: registry ?? 'does not run', files: files ?? 'does not run' };
}

/** Follows a service until it runs the executable that is in place, and answers. */
async function follow(
  kind: ServiceKind,
  folder: HostFolder,
  state: HostState,
  cancel: AbortSignal,
): Promise<{ readonly outcome?: Outcome; readonly trouble?: string }> {
  const wanted = await fileIdentity(folder.executable);
  const end = performance.now() + upWithinMs;
  let wasThere = false;
  let silence = '';
  while (performance.now() < end && !cancel.aborted) {
    const record = await readServing(folder, kind);
    if (record === undefined && !wasThere) return { outcome: 'does not run' };
    if (record !== undefined) {
      wasThere = true;
      if (record.file === null) return { trouble: 'it runs out of a checkout; start it anew' };
      if (record.refused !== null && record.refused.file === wanted) return { trouble: record.refused.reason };
      if (record.file === wanted) {
        const answer = await probe(kind, folder, state, cancel);
        if (answer.answers) return { outcome: 'runs it' };
        silence = answer.reason;
      }
    }
    await pause(200, cancel).catch(() => undefined);
  }
  if (cancel.aborted) return { trouble: 'the upgrade was stopped' };
  const minutes = upWithinMs / 60_000;
  return {
    trouble: silence === '' ? `it did not take over within ${minutes} minutes` : `it does not answer: ${silence}`,
  };
}

function tellDryRun(
  { executable }: HostFolder,
  was: string | null,
  version: string,
  { json }: HostUpgradeOptions,
  context: CliContext,
): void {
  if (json === true) return context.out(JSON.stringify({ dryRun: true, executable, from: was, to: version }));
  context.out(`would replace ${executable}, sealift ${was ?? 'unknown'}, by ${version}. Nothing was written.`);
}

function tell(
  { executable, previous }: HostFolder,
  { was, version, changed }: { readonly was: string | null; readonly version: string; readonly changed: boolean },
  services: Readonly<Record<ServiceKind, Outcome>>,
  { json }: HostUpgradeOptions,
  context: CliContext,
): void {
  if (json === true) {
    context.out(JSON.stringify({ dryRun: false, executable, previous, from: was, to: version, changed, services }));
    return;
  }
  const done = changed
    ? `is sealift ${version} now; the one before, ${was ?? 'unknown'}, is ${previous}`
    : 'was that one already';
  context.out(`${executable} ${done}.`);
  for (const kind of serviceKinds) context.out(`  ${kind.padEnd(10)}${services[kind]}`);
}
