import { SealiftError } from '@sealift/core/errors';

/** What a bundle is asked to do. */
export interface RunOptions {
  readonly action: 'install' | 'check' | 'info' | 'list' | 'verify-only';
  readonly quiet: boolean;
  readonly noProgress: boolean;
  readonly moveTags: boolean;
  /** A public key file to trust for this run, besides the trusted ones. */
  readonly publicKey: string | undefined;
}

/** Options of makeself archives that ask for what happens here anyway, or for nothing that exists here. */
const withoutEffect = new Set([
  '--accept',
  '--nodiskspace',
  '--nox11',
  '--nochown',
  '--chown',
  '--nooverwrite',
  '--phase2',
]);

const refused: Readonly<Record<string, string>> = {
  '--target': 'nothing is unpacked to disk; use tail and tar as --help says',
  '--extract': 'nothing is unpacked to disk; use tail and tar as --help says',
  '--keep': 'nothing is unpacked to disk; use tail and tar as --help says',
  '--tar': 'use tail -c +65537 FILE | tar with the options you need',
  '--confirm': 'it cannot ask; verify first with --check, then run it',
  '--lsm': 'there is no LSM entry; use --info',
  '--dumpconf': 'use --info',
  '--cleanup-args': 'there is no cleanup script',
  '--ssl-pass-src': 'bundles are signed, not encrypted',
  '--ssl-passwd': 'bundles are signed, not encrypted',
};

const actions: Readonly<Record<string, RunOptions['action']>> = {
  '--check': 'check',
  '--verify': 'check',
  '--info': 'info',
  '--list': 'list',
  '--noexec': 'verify-only',
};

/**
 * Reads the options given to a bundle; makeself users know most of them.
 *
 * @throws USAGE, BUNDLE_OPTION_REFUSED
 */
export function parseRunOptions(args: readonly string[]): RunOptions {
  const options = { action: 'install' as RunOptions['action'], quiet: false, noProgress: false, moveTags: false };
  let publicKey: string | undefined;
  const rest = [...args];
  for (let option = rest.shift(); option !== undefined; option = rest.shift()) {
    if (option === '--') {
      if (rest.length > 0) throw usage(`${JSON.stringify(rest[0])} is not something a bundle takes`, '--');
    } else if (option === '--public-key') {
      publicKey = rest.shift();
      if (publicKey === undefined) throw usage('--public-key needs a file', '--public-key');
    } else if (option === '-q' || option === '--quiet') options.quiet = true;
    else if (option === '--noprogress') options.noProgress = true;
    else if (option === '--move-tags') options.moveTags = true;
    else if (Object.hasOwn(actions, option)) options.action = actions[option] ?? 'install';
    else if (Object.hasOwn(refused, option)) {
      throw new SealiftError('BUNDLE_OPTION_REFUSED', {
        values: { option, reason: refused[option] ?? '' },
        place: option,
      });
    } else if (!withoutEffect.has(option))
      throw usage(`${JSON.stringify(option)} is not an option of a bundle`, option);
  }
  return { ...options, publicKey };
}

function usage(reason: string, place: string): SealiftError {
  return new SealiftError('USAGE', {
    values: { reason },
    place,
    hint: 'Run the bundle with --help to see what it takes.',
  });
}
