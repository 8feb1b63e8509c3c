import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { installExecutable, takeBackExecutable } from '@sealift/bundle/install-executable';
import type { Bundle } from '@sealift/bundle/read';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';
import { askVersion, assertReads, type ExecutableVersion } from '../server/hand-over/executable-version.ts';
import { consolesOf, type LocalConsole, untilReplaced } from './running-consoles.ts';

/** Where `sealift` was set up, and whether the shell finds it there. */
export interface SetUpSealift {
  readonly path: string;
  readonly folder: string;
  readonly onPath: boolean;
  /** The consoles of this machine that go on with it. */
  readonly consoles: readonly ReplacedConsole[];
}

interface ReplacedConsole {
  readonly pid: number;
  /** The upgrade that it is in the middle of. */
  readonly upgrade: string | null;
}

/**
 * Sets up `sealift` from a bundle whose every byte was verified, for this machine's processor. A console of this machine that runs the one of
 * before goes on with the new one, also in the middle of an upgrade; where it can't, the one of before is put back.
 *
 * @returns undefined when the bundle brings none
 * @throws EXECUTABLE_UNFIT, CONSOLE_NOT_REPLACED, FILE_UNWRITABLE, CONTENT_*
 */
export async function setUpSealift(bundle: Bundle, context: CliContext): Promise<SetUpSealift | undefined> {
  const folder = executableFolder(context);
  const place = join(folder, 'sealift');
  const running = await consolesOf(place);
  let before: ExecutableVersion | undefined;
  const installed = await installExecutable(
    bundle,
    folder,
    process.arch === 'arm64' ? 'arm64' : 'amd64',
    async (path) => {
      before = await assertFits(path, place, running, context);
    },
  );
  if (installed === undefined) return undefined;
  const { path } = installed;
  const consoles = installed.changed && before !== undefined ? await replaceConsoles(running, path, context) : [];
  if (installed.changed && before === undefined) tellToRestart(running, context);
  return { path, folder, consoles, onPath: (context.env['PATH'] ?? '').split(delimiter).includes(folder) };
}

/**
 * What `--install` does: sets up `sealift` and nothing else, so that a machine without any can trust keys and log in.
 *
 * @throws BUNDLE_OPTION_REFUSED when the bundle brings no executable, and what `setUpSealift` throws
 */
export async function setUpSealiftAlone(
  bundle: Bundle,
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
  context: CliContext,
): Promise<void> {
  const found = await setUpSealift(bundle, context);
  if (found === undefined) {
    throw new SealiftError('BUNDLE_OPTION_REFUSED', {
      values: { option: '--install', reason: 'this bundle brings no executable for this processor' },
      place: '--install',
      hint: 'Run the bundle of a release with --install; this one is uploaded by the sealift that is set up already.',
    });
  }
  const { path, folder, onPath, consoles } = found;
  if (json) context.out(JSON.stringify({ sealift: path, onPath, consoles }));
  else if (!quiet) context.out(`sealift is set up: ${path}`);
  if (!json && !onPath) context.note(`${folder} is not in PATH; for this shell: export PATH="${folder}:$PATH"`);
}

/** The form of what is stored by those that cannot say it. */
const firstFormat = 1;

/** Undefined where the executable is too old to say what it is; such a one does not hand over by itself either. */
async function knownVersion(path: string, cancel: AbortSignal): Promise<ExecutableVersion | undefined> {
  try {
    return await askVersion(path, cancel);
  } catch (error) {
    if (cancel.aborted) throw error;
    return undefined;
  }
}

/** Before anything is replaced: what a console of the old executable stores, the new one reads. @throws EXECUTABLE_UNFIT */
async function assertFits(
  path: string,
  place: string,
  running: readonly LocalConsole[],
  { cancel }: CliContext,
): Promise<ExecutableVersion | undefined> {
  if (running.length === 0) return undefined;
  const [found, before] = [await askVersion(path, cancel), await knownVersion(place, cancel)];
  assertReads(found, place, before?.upgrades.stores ?? firstFormat);
  return before;
}

function tellToRestart(running: readonly LocalConsole[], context: CliContext): void {
  for (const { pid } of running) {
    context.note(
      `The console (process ${pid}) is of a version that goes on until it is started again: \`systemctl restart sealift\` lets it stop at its next safe point.`,
    );
  }
}

async function replaceConsoles(
  running: readonly LocalConsole[],
  path: string,
  context: CliContext,
): Promise<ReplacedConsole[]> {
  const replaced: ReplacedConsole[] = [];
  try {
    for (const one of running) {
      const report = await untilReplaced(
        one,
        path,
        ({ upgrade }) => {
          const middle = upgrade === null ? '' : `, in the middle of upgrade ${upgrade}`;
          context.note(`The console (process ${one.pid}) goes on with it from its next safe point${middle}.`);
        },
        context.cancel,
      );
      if (report !== undefined) replaced.push({ pid: one.pid, upgrade: report.upgrade });
      else context.note(`The console (process ${one.pid}) has ended; what starts it again starts the new one.`);
    }
  } catch (error) {
    // Whoever has gone on with the new one stays with it: its file is only another name away.
    if (replaced.length === 0 && isSealiftError(error, 'CONSOLE_NOT_REPLACED')) await takeBackExecutable(path);
    throw error;
  }
  return replaced;
}

/** `$SEALIFT_BIN_DIR`, else `/usr/local/bin` for root and `~/.local/bin` for others. */
function executableFolder({ env }: CliContext): string {
  const given = env['SEALIFT_BIN_DIR'];
  if (given !== undefined && given !== '') return given;
  return process.getuid?.() === 0 ? '/usr/local/bin' : join(env['HOME'] ?? homedir(), '.local', 'bin');
}
