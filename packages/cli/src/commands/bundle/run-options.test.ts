import { SealiftError } from '@sealift/core/errors';
import { describe, expect, it } from 'vitest';
import { parseRunOptions } from './run-options.ts';

function codeOf(args: readonly string[]): string {
  try {
    parseRunOptions(args);
  } catch (error) {
    if (error instanceof SealiftError) return error.code;
    throw error;
  }
  return 'accepted';
}

const nothing = {
  action: 'install',
  extraction: undefined,
  confirm: false,
  quiet: false,
  noProgress: false,
  moveTags: false,
  continueOnError: false,
  chunkBytes: undefined,
  setUp: true,
  json: false,
  publicKey: undefined,
};

describe('the options of a bundle', () => {
  it('ask for an upload when there are none', () => {
    expect(parseRunOptions([])).toEqual(nothing);
  });

  it.each([
    ['--check', 'check'],
    ['--verify', 'check'],
    ['--info', 'info'],
    ['--list', 'list'],
    ['--lsm', 'lsm'],
    ['--noexec', 'verify-only'],
    ['--install', 'set-up-sealift'],
  ])('take %s', (option, action) => {
    expect(parseRunOptions(['--quiet', option, '--noprogress'])).toEqual({
      ...nothing,
      action,
      quiet: true,
      noProgress: true,
    });
  });

  it.each(['--accept', '--nox11', '--xwin', '--chown', '--nochown', '--noexec-cleanup', '--phase2', '--nodiskspace'])(
    'take %s, which changes nothing by itself',
    (option) => {
      expect(parseRunOptions([option])).toEqual(nothing);
    },
  );

  it('extract with --target and --keep, and upload as well', () => {
    const plain = { folder: undefined, checkRoom: true, noOverwrite: false };
    expect(parseRunOptions(['--keep'])).toEqual({ ...nothing, extraction: plain });
    expect(parseRunOptions(['--target', 'd'])).toEqual({ ...nothing, extraction: { ...plain, folder: 'd' } });
    expect(parseRunOptions(['--nodiskspace', '--target', 'd', '--keep', '--nooverwrite'])).toEqual({
      ...nothing,
      extraction: { folder: 'd', checkRoom: false, noOverwrite: true },
    });
  });

  it.each([[['--noexec', '--target', 'd']], [['--target', 'd', '--noexec']], [['--extract', 'd']]])(
    'extract and upload nothing with %j',
    (args) => {
      const extraction = { folder: 'd', checkRoom: true, noOverwrite: false };
      expect(parseRunOptions(args)).toEqual({ ...nothing, action: 'verify-only', extraction });
    },
  );

  it('answer the first question asked, and then extract nothing', () => {
    expect(parseRunOptions(['--target', 'd', '--check', '--list', '--noexec'])).toEqual({
      ...nothing,
      action: 'check',
    });
    expect(parseRunOptions(['--noexec', '--info'])).toEqual({ ...nothing, action: 'info' });
  });

  it('take what is for the upload before -- and behind it', () => {
    expect(parseRunOptions(['--move-tags'])).toEqual({ ...nothing, moveTags: true });
    expect(parseRunOptions(['--continue-on-error', '--', '--json'])).toEqual({
      ...nothing,
      continueOnError: true,
      json: true,
    });
    expect(parseRunOptions(['--confirm', '--', '--move-tags'])).toEqual({ ...nothing, confirm: true, moveTags: true });
    expect(codeOf(['--', '--check'])).toBe('USAGE');
    expect(codeOf(['--', '--target', 'd'])).toBe('USAGE');
  });

  it('take the size of a piece, and leave the command line out', () => {
    expect(parseRunOptions(['--chunk-size', '5MiB'])).toEqual({ ...nothing, chunkBytes: 5 * 1024 * 1024 });
    expect(parseRunOptions(['--', '--chunk-size', '500KB'])).toEqual({ ...nothing, chunkBytes: 500_000 });
    expect(parseRunOptions(['--no-install'])).toEqual({ ...nothing, setUp: false });
    for (const size of ['', '0', 'large', '-1MiB', '1.5GiB']) expect(codeOf(['--chunk-size', size])).toBe('USAGE');
  });

  it('refuse to ask and be quiet at once, as makeself does', () => {
    expect(codeOf(['--quiet', '--confirm'])).toBe('USAGE');
    expect(codeOf(['--install', '--no-install'])).toBe('USAGE');
  });

  it.each(['--tar', '--dumpconf', '--cleanup-args', '--verify-sig', '--ssl-pass-src'])(
    'refuse %s by name',
    (option) => {
      expect(codeOf([option, 'x'])).toBe('BUNDLE_OPTION_REFUSED');
    },
  );

  it.each([
    ['--nope'],
    ['file'],
    ['--public-key'],
    ['--target'],
    ['--extract', ''],
    ['--target=d'],
    ['--', 'x'],
    ['--', '--'],
    ['__proto__'],
    ['constructor'],
  ])('refuse %s', (...args) => {
    expect(codeOf(args)).toBe('USAGE');
  });

  it('take a key for this run', () => {
    expect(parseRunOptions(['--public-key', 'vendor.pub', '--check'])).toMatchObject({ publicKey: 'vendor.pub' });
  });
});
