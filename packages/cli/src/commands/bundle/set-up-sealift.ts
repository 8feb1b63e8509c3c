import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { installExecutable } from '@sealift/bundle/install-executable';
import type { Bundle } from '@sealift/bundle/read';
import { SealiftError } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';

/** Where `sealift` was set up, and whether the shell finds it there. */
export interface SetUpSealift {
  readonly path: string;
  readonly folder: string;
  readonly onPath: boolean;
}

/**
 * Sets up `sealift` from a bundle whose every byte was verified, for this machine's processor.
 *
 * @returns undefined when the bundle brings none
 * @throws FILE_UNWRITABLE, CONTENT_*
 */
export async function setUpSealift(bundle: Bundle, context: CliContext): Promise<SetUpSealift | undefined> {
  const folder = executableFolder(context);
  const path = await installExecutable(bundle, folder, process.arch === 'arm64' ? 'arm64' : 'amd64');
  if (path === undefined) return undefined;
  return { path, folder, onPath: (context.env['PATH'] ?? '').split(delimiter).includes(folder) };
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
  const { path, folder, onPath } = found;
  if (json) context.out(JSON.stringify({ sealift: path, onPath }));
  else if (!quiet) context.out(`sealift is set up: ${path}`);
  if (!json && !onPath) context.note(`${folder} is not in PATH; for this shell: export PATH="${folder}:$PATH"`);
}

/** `$SEALIFT_BIN_DIR`, else `/usr/local/bin` for root and `~/.local/bin` for others. */
function executableFolder({ env }: CliContext): string {
  const given = env['SEALIFT_BIN_DIR'];
  if (given !== undefined && given !== '') return given;
  return process.getuid?.() === 0 ? '/usr/local/bin' : join(env['HOME'] ?? homedir(), '.local', 'bin');
}
