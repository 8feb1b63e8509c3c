import { isSea } from 'node:sea';
import { asSealiftError, reasonOf } from '@sealift/core/errors';
import { programVersion } from '@sealift/core/program-version';
import { pause } from '@sealift/io/pause';
import { thisProcess } from '@sealift/io/process-identity';
import { serveFiles } from '@sealift/registry/file-server';
import type { Authorize } from '@sealift/registry/routes';
import { serveRegistry } from '@sealift/registry/serve';
import type { CliContext } from '../../../context.ts';
import { fileIdentity, runningFile } from '../../server/hand-over/file-identity.ts';
import { predecessor } from '../../server/hand-over/predecessor.ts';
import { startSuccessor } from '../../server/hand-over/successor.ts';
import { folderOf, type HostFolder } from '../host/host-folder.ts';
import { type HostState, requireState } from '../host/host-state.ts';
import { type ServiceKind, serviceArgs, serviceKindOf } from '../setup/units.ts';
import { readAccess, readTls, settingsMark } from './service-settings.ts';
import { endServing, type ServingRecord, writeServing } from './serving-record.ts';

/** The options of `airgap serve`. */
export interface AirgapServeOptions {
  readonly dir?: string;
}

/** A service that runs. */
interface Running {
  renew(tls: { readonly cert: string; readonly key: string }): void;
  close(): Promise<void>;
}

const lookEveryMs = 1000;

/**
 * Serves the registry or the files of a support host until the context is cancelled. New certificates and users are taken while it runs, and an
 * executable that is put in the place of its own takes over.
 *
 * @throws USAGE, AIRGAP_NOT_SET_UP, AIRGAP_SETUP_OPEN, AIRGAP_STATE_*, and what serving fails with
 */
export async function serveHost(name: string, options: AirgapServeOptions, context: CliContext): Promise<void> {
  const kind = serviceKindOf(name);
  const folder = folderOf(options.dir, context.env);
  const state = await requireState(folder);
  const before = predecessor(context.env);
  const cancel = before === undefined ? context.cancel : AbortSignal.any([context.cancel, before.gone]);
  const own = ownFile(folder);
  const said: Omit<ServingRecord, 'users' | 'refused'> = {
    process: await thisProcess(),
    version: programVersion,
    file: own === undefined ? null : ((await fileIdentity(own)) ?? null),
  };
  for (let refused: ServingRecord['refused'] = null; ; ) {
    const { users } = await settingsMark(folder);
    const access = { authorize: await readAccess(folder) };
    const running = await start(kind, folder, state, (...asked) => access.authorize(...asked), context);
    let next: string | undefined;
    try {
      const record = (users: string): Promise<void> => writeServing(folder, kind, { ...said, refused, users });
      await record(users);
      if (before !== undefined) before.tellReady();
      if (refused === null) announce(kind, state, folder, context);
      const about = { folder, running, access, record, own, refused: refused?.file, cancel };
      next = await watch({ ...about, note: context.note });
    } finally {
      await running.close();
      if (next === undefined) await endServing(folder, kind);
    }
    if (next === undefined || cancel.aborted) return;
    context.note('Another executable is in the place of this one: it takes over.');
    try {
      const successor = await startSuccessor(folder.executable, serviceArgs(kind, folder), cancel);
      context.exitCode = await successor.ended;
      return;
    } catch (error) {
      const reason = asSealiftError(error).message;
      context.note(`${reason} This version goes on.`);
      refused = { file: next, reason: reason.slice(0, 2000) };
    }
    if (cancel.aborted) return await endServing(folder, kind);
  }
}

/** The file that this process runs, where that is the host's own; undefined where nothing can take over. */
function ownFile({ executable }: HostFolder): string | undefined {
  return isSea() && process.execPath === executable ? runningFile('self') : undefined;
}

async function start(
  kind: ServiceKind,
  folder: HostFolder,
  { listen: host, registryPort, filesPort }: HostState,
  authorize: Authorize,
  context: CliContext,
): Promise<Running> {
  const tls = await readTls(folder);
  const log = (line: string): void => context.note(line.trimEnd());
  if (kind === 'files') return await serveFiles({ folder: folder.files, host, port: filesPort, authorize, tls, log });
  return await serveRegistry({ storageDir: folder.registry, host, port: registryPort, authorize, tls, log });
}

interface Watch {
  readonly folder: HostFolder;
  readonly running: Running;
  readonly access: { authorize: Authorize };
  /** Says whom it lets in from now on. */
  readonly record: (users: string) => Promise<void>;
  readonly own: string | undefined;
  /** An executable that did not come up. */
  readonly refused: string | undefined;
  readonly cancel: AbortSignal;
  readonly note: (text: string) => void;
}

/** Takes what changes until another executable has to take over. @returns which; undefined once it is cancelled */
async function watch({
  folder,
  running,
  access,
  record,
  own,
  refused,
  cancel,
  note,
}: Watch): Promise<string | undefined> {
  let seen = { tls: '', users: '' };
  // What could not be taken is told once, and tried again when it has changed.
  let told = '';
  while (!cancel.aborted) {
    try {
      const mark = await settingsMark(folder);
      if (mark.tls !== seen.tls) running.renew(await readTls(folder));
      if (mark.users !== seen.users) {
        access.authorize = await readAccess(folder);
        await record(mark.users);
      }
      seen = mark;
      told = '';
      const [mine, found] =
        own === undefined ? [] : await Promise.all([fileIdentity(own), fileIdentity(folder.executable)]);
      if (found !== undefined && found !== mine && found !== refused) return found;
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== told) note(`what changed cannot be taken, and what was there before holds: ${reason}`);
      told = reason;
    }
    await pause(lookEveryMs, cancel).catch(() => undefined);
  }
  return undefined;
}

function announce(
  kind: ServiceKind,
  { listen, registryPort, filesPort }: HostState,
  folder: HostFolder,
  context: CliContext,
): void {
  const host = listen.includes(':') ? `[${listen}]` : listen;
  const port = kind === 'registry' ? registryPort : filesPort;
  context.out(`${kind === 'registry' ? 'Registry' : 'File server'} https://${host}:${port} serves ${folder[kind]}`);
}
