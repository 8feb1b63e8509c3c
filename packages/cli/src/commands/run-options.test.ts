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

describe('the options of a bundle', () => {
  it('ask for an upload when there are none', () => {
    expect(parseRunOptions([])).toEqual({
      action: 'install',
      quiet: false,
      noProgress: false,
      moveTags: false,
      publicKey: undefined,
    });
  });

  it.each([
    ['--check', 'check'],
    ['--verify', 'check'],
    ['--info', 'info'],
    ['--list', 'list'],
    ['--noexec', 'verify-only'],
  ])('take %s', (option, action) => {
    expect(parseRunOptions(['--quiet', option, '--noprogress'])).toMatchObject({
      action,
      quiet: true,
      noProgress: true,
    });
  });

  it.each(['--accept', '--nodiskspace', '--nox11', '--nochown', '--nooverwrite'])(
    'take %s as makeself does',
    (option) => {
      expect(parseRunOptions([option]).action).toBe('install');
    },
  );

  it.each(['--target', '--keep', '--extract', '--tar', '--confirm', '--lsm'])('refuse %s by name', (option) => {
    expect(codeOf([option, 'x'])).toBe('BUNDLE_OPTION_REFUSED');
  });

  it.each([['--nope'], ['file'], ['--public-key'], ['--', 'x'], ['__proto__'], ['constructor']])(
    'refuse %s',
    (...args) => {
      expect(codeOf(args)).toBe('USAGE');
    },
  );

  it('take a key for this run', () => {
    expect(parseRunOptions(['--public-key', 'vendor.pub', '--check'])).toMatchObject({ publicKey: 'vendor.pub' });
  });
});
