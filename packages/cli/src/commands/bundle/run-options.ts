import { parseSize } from '@sealift/bundle/split-size';
import { SealiftError } from '@sealift/core/errors';

/**
 * What a bundle is asked to do. The first question counts, as in makeself; without any option the release is set up, and with
 * `--install` only `sealift` is.
 */
export type RunAction = 'install' | 'set-up-sealift' | 'check' | 'info' | 'list' | 'lsm' | 'verify-only';

/** Options given to a bundle. */
export interface RunOptions {
  readonly action: RunAction;
  /** Where the verified content is written to; undefined writes nothing. */
  readonly extraction: Extraction | undefined;
  /** Ask on the terminal, once everything is verified. */
  readonly confirm: boolean;
  readonly quiet: boolean;
  readonly noProgress: boolean;
  readonly moveTags: boolean;
  /** Send what can be sent when some of it can't. */
  readonly continueOnError: boolean;
  /** The most that goes to a registry in one request, in bytes. */
  readonly chunkBytes: number | undefined;
  /** Set `sealift` up on this machine before the upload. */
  readonly setUp: boolean;
  /** Print one JSON object at the end instead of a transcript, and events on standard error. */
  readonly json: boolean;
  /** A public key file to trust for this run, besides the trusted ones. */
  readonly publicKey: string | undefined;
}

export interface Extraction {
  /** Undefined for the bundle's own default, as `--info` shows it. */
  readonly folder: string | undefined;
  /** Whether to look for room before. */
  readonly checkRoom: boolean;
  /** Refuse a folder that is there, even one that the same bundle was extracted to. */
  readonly noOverwrite: boolean;
}

interface Collected {
  action?: RunAction;
  installOnly?: true;
  noExec?: true;
  keep?: true;
  folder?: string;
  noDiskSpace?: true;
  noOverwrite?: true;
  confirm?: true;
  quiet?: true;
  noProgress?: true;
  moveTags?: true;
  continueOnError?: true;
  chunkBytes?: number;
  noInstall?: true;
  json?: true;
  publicKey?: string;
}

type Effect = (collected: Collected) => Collected;
type ValueEffect = (collected: Collected, value: string) => Collected;

/** The first question asked is the one that is answered. */
const ask =
  (action: RunAction): Effect =>
  (collected) => ({ ...collected, action: collected.action ?? action });
const same: Effect = (collected) => collected;

/** What the upload takes, before `--` or behind it, where makeself has the arguments of the program inside. */
const uploadFlags: Readonly<Record<string, Effect>> = {
  '--move-tags': (collected) => ({ ...collected, moveTags: true }),
  '--continue-on-error': (collected) => ({ ...collected, continueOnError: true }),
  '--json': (collected) => ({ ...collected, json: true }),
};
const uploadValues: Readonly<Record<string, ValueEffect>> = {
  '--chunk-size': (collected, size) => ({
    ...collected,
    chunkBytes: parseSize(size, '--chunk-size', 'the size of a piece'),
  }),
};

const flags: Readonly<Record<string, Effect>> = {
  ...uploadFlags,
  '--check': ask('check'),
  '--verify': ask('check'),
  '--info': ask('info'),
  '--list': ask('list'),
  '--lsm': ask('lsm'),
  '--install': (collected) => ({ ...collected, installOnly: true }),
  '--no-install': (collected) => ({ ...collected, noInstall: true }),
  '--noexec': (collected) => ({ ...collected, noExec: true }),
  '--keep': (collected) => ({ ...collected, keep: true }),
  '--nodiskspace': (collected) => ({ ...collected, noDiskSpace: true }),
  '--nooverwrite': (collected) => ({ ...collected, noOverwrite: true }),
  '--confirm': (collected) => ({ ...collected, confirm: true }),
  '-q': (collected) => ({ ...collected, quiet: true }),
  '--quiet': (collected) => ({ ...collected, quiet: true }),
  '--noprogress': (collected) => ({ ...collected, noProgress: true }),
  // There is no licence to accept, no terminal window to open, no owner to change (files belong to whoever extracts
  // them), no cleanup program to leave out, and no second phase.
  '--accept': same,
  '--nox11': same,
  '--xwin': same,
  '--chown': same,
  '--nochown': same,
  '--noexec-cleanup': same,
  '--phase2': same,
};

const withValue: Readonly<Record<string, ValueEffect>> = {
  ...uploadValues,
  '--target': (collected, folder) => ({ ...collected, folder }),
  '--extract': (collected, folder) => ({ ...collected, folder, noExec: true }),
  '--public-key': (collected, publicKey) => ({ ...collected, publicKey }),
};

const refused: Readonly<Record<string, string>> = {
  '--tar': 'use tail -c +65537 FILE | tar with the options you need, or --extract DIR',
  '--dumpconf': 'there are no settings of a build to show; use --info',
  '--cleanup-args': 'there is no cleanup program to pass them to; leave it out',
  '--verify-sig': 'bundles are signed with minisign keys, not with GPG; use --check, with --public-key FILE if need be',
  '--ssl-pass-src': 'bundles are signed, not encrypted; leave it out',
  '--ssl-passwd': 'bundles are signed, not encrypted; leave it out',
};

/** Every option that is known by name, taken or refused; `--help` lists them all. */
export const knownOptions: readonly string[] = [flags, withValue, refused].flatMap((table) => Object.keys(table));

/**
 * Reads the options given to a bundle. Those of makeself archives keep their meaning, or are refused by name.
 *
 * @throws USAGE, BUNDLE_OPTION_REFUSED
 */
export function parseRunOptions(args: readonly string[]): RunOptions {
  let collected: Collected = {};
  let known = flags;
  const rest = [...args];
  for (let option = rest.shift(); option !== undefined; option = rest.shift()) {
    const effect = own(known, option);
    const valueEffect = own(known === flags ? withValue : uploadValues, option);
    if (effect !== undefined) collected = effect(collected);
    else if (valueEffect !== undefined) collected = valueEffect(collected, valueOf(option, rest.shift()));
    else if (option === '--' && known === flags) known = uploadFlags;
    else throw unknown(option, known === uploadFlags);
  }
  if (collected.quiet === true && collected.confirm === true) {
    throw usage('--confirm asks a question, and --quiet shows none', '--confirm');
  }
  if (collected.installOnly === true && collected.noInstall === true) {
    throw usage('--install sets sealift up, and --no-install does not', '--no-install');
  }
  return optionsOf(collected);
}

function optionsOf(collected: Collected): RunOptions {
  const { action, installOnly, noExec, keep, folder, noDiskSpace, noOverwrite } = collected;
  const isExtracted = action === undefined && (folder !== undefined || keep === true);
  return {
    action: action ?? whatIsSetUp(noExec, installOnly),
    extraction: isExtracted
      ? { folder, checkRoom: noDiskSpace !== true, noOverwrite: noOverwrite === true }
      : undefined,
    confirm: collected.confirm === true,
    quiet: collected.quiet === true,
    noProgress: collected.noProgress === true,
    moveTags: collected.moveTags === true,
    continueOnError: collected.continueOnError === true,
    chunkBytes: collected.chunkBytes,
    setUp: collected.noInstall !== true,
    json: collected.json === true,
    publicKey: collected.publicKey,
  };
}

function whatIsSetUp(noExec: true | undefined, installOnly: true | undefined): RunAction {
  if (noExec === true) return 'verify-only';
  return installOnly === true ? 'set-up-sealift' : 'install';
}

function own<Value>(table: Readonly<Record<string, Value>>, option: string): Value | undefined {
  return Object.hasOwn(table, option) ? table[option] : undefined;
}

const needs: Readonly<Record<string, string>> = { '--public-key': 'file', '--chunk-size': 'size' };

function valueOf(option: string, value: string | undefined): string {
  if (value === undefined || value === '') {
    throw usage(`${option} needs a ${Object.hasOwn(needs, option) ? needs[option] : 'folder'}`, option);
  }
  return value;
}

function unknown(option: string, isBehindDashes: boolean): SealiftError {
  const reason = isBehindDashes ? undefined : own(refused, option);
  if (reason !== undefined) {
    return new SealiftError('BUNDLE_OPTION_REFUSED', { values: { option, reason }, place: option });
  }
  const what = isBehindDashes ? 'something the upload of a bundle takes' : 'an option of a bundle';
  return usage(`${JSON.stringify(option)} is not ${what}`, option);
}

function usage(reason: string, place: string): SealiftError {
  return new SealiftError('USAGE', {
    values: { reason },
    place,
    hint: 'Run the bundle with --help to see what it takes.',
  });
}
