import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { installExecutable } from '@sealift/bundle/install-executable';
import type { Bundle } from '@sealift/bundle/read';
import { SealiftError } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';
import type { ExecutableVersion } from '../server/hand-over/executable-version.ts';
import { assertFits, type ReplacedConsole, replaceConsoles, tellToRestart } from './replace-consoles.ts';
import { consolesOf } from './running-consoles.ts';

/** Where `sealift` was set up, and whether the shell finds it there. */
export interface SetUpSealift {
  readonly path: string;
  readonly folder: string;
  readonly onPath: boolean;
  /** The consoles of this machine that go on with it. */
  readonly consoles: readonly ReplacedConsole[];
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

/** `$SEALIFT_BIN_DIR`, else `/usr/local/bin` for root and `~/.local/bin` for others. */
function executableFolder({ env }: CliContext): string {
  const given = env['SEALIFT_BIN_DIR'];
  if (given !== undefined && given !== '') return given;
  return process.getuid?.() === 0 ? '/usr/local/bin' : join(env['HOME'] ?? homedir(), '.local', 'bin');
}
