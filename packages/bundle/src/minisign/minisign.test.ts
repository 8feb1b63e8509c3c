import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { peer } from '@sealift/testkit/peers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatPublicKey, generateKeyPair, type PublicKey, parsePublicKey, parseSecretKey } from './keys.ts';
import { sign, startPrehash, verify } from './signature.ts';

const minisign = peer('minisign');
const content = Buffer.from('what is signed');

function check(signature: string, trustedKeys: readonly PublicKey[], signed: Uint8Array = content) {
  return verify({ signature, prehash: startPrehash().update(signed), trustedKeys, what: 'the file' });
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof SealiftError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('signatures', () => {
  const pair = generateKeyPair();
  const stranger = generateKeyPair();
  const signature = sign(pair, startPrehash().update(content), 'a test');

  it('verifies what was signed and says by whom', () => {
    const verified = check(signature, [stranger.publicKey, pair.publicKey]);
    expect(verified.key.fingerprint).toBe(pair.publicKey.fingerprint);
    expect(verified.trustedComment).toMatch(/^a test, key RW/);
  });

  it('gives the same text every time', () => {
    expect(sign(pair, startPrehash().update(content), 'a test')).toBe(signature);
  });

  it('refuses other content', () => {
    expect(codeOf(() => check(signature, [pair.publicKey], Buffer.from('what is signee')))).toBe('SIGNATURE_WRONG');
  });

  it('names the fingerprint of a key that is not trusted', () => {
    expect(() => check(signature, [stranger.publicKey])).toThrow(pair.publicKey.fingerprint);
    expect(codeOf(() => check(signature, []))).toBe('SIGNATURE_KEY_UNTRUSTED');
  });

  it('does not name a fingerprint that the signer only claims', () => {
    const forged = sign(stranger, startPrehash().update(content), 'a test').replace(
      /key RW\S+/,
      `key ${pair.publicKey.encoded}`,
    );
    expect(codeOf(() => check(forged, [pair.publicKey]))).toBe('SIGNATURE_KEY_UNTRUSTED');
    expect(() => check(forged, [pair.publicKey])).not.toThrow(pair.publicKey.fingerprint);
  });

  it('refuses every change of a bit', () => {
    const bytes = Buffer.from(signature);
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        return codeOf(() => check(changed.toString('latin1'), [pair.publicKey])) !== 'accepted';
      }),
      { numRuns: 500 },
    );
  });

  it('refuses anything appended, left out or written differently', () => {
    for (const other of [
      `${signature}\n`,
      signature.trimEnd(),
      signature.replaceAll('\n', '\r\n'),
      ` ${signature}`,
      '',
    ]) {
      expect(codeOf(() => check(other, [pair.publicKey]))).toBe('SIGNATURE_MALFORMED');
    }
  });
});

describe('key files', () => {
  it('are read back as they were written', () => {
    const pair = generateKeyPair();
    expect(parsePublicKey(formatPublicKey(pair.publicKey)).fingerprint).toBe(pair.publicKey.fingerprint);
    expect(parseSecretKey(pair.file.reveal()).publicKey.encoded).toBe(pair.publicKey.encoded);
  });

  it('never show the secret by accident', () => {
    expect(JSON.stringify({ file: generateKeyPair().file })).toBe('{"file":"***"}');
  });

  it.each(['', 'hello', 'RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO', 'untrusted comment: x\n'])(
    'refuses %j',
    (text) => {
      expect(codeOf(() => parsePublicKey(text))).toBe('KEY_FILE_INVALID');
      expect(codeOf(() => parseSecretKey(text))).toBe('KEY_FILE_INVALID');
    },
  );

  it('never crashes on other text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const read of [parsePublicKey, parseSecretKey]) {
          try {
            read(text);
          } catch (error) {
            if (!isSealiftError(error, 'KEY_FILE_INVALID')) throw error;
          }
        }
      }),
    );
  });
});

describe('a secret key file', () => {
  /** The file with one byte of what is encoded changed. */
  function changed(at: number, to: (byte: number) => number): string {
    const [comment = '', line = ''] = generateKeyPair().file.reveal().split('\n');
    const bytes = Buffer.from(line, 'base64');
    bytes[at] = to(bytes[at] ?? 0);
    return `${comment}\n${bytes.toString('base64')}\n`;
  }

  it('whose halves do not belong together is refused, whichever was changed', () => {
    for (const at of [62, 93, 94, 125]) {
      expect(codeOf(() => parseSecretKey(changed(at, (byte) => byte ^ 1)))).toBe('KEY_FILE_INVALID');
    }
  });

  it('with a password, whatever derives its key, is not read as one without', () => {
    for (const at of [2, 3]) {
      expect(codeOf(() => parseSecretKey(changed(at, () => 0x53)))).toBe('KEY_FILE_ENCRYPTED');
    }
  });
});

describe.skipIf(minisign.missing)(`with Debian's minisign (${minisign.remedy})`, () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const run = (...args: string[]): string =>
    execFileSync(minisign.path, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-minisign-'));
    writeFileSync(at('file'), content);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('accepts our signatures with our public key file, and refuses bad ones', () => {
    const pair = generateKeyPair();
    writeFileSync(at('vendor.pub'), formatPublicKey(pair.publicKey));
    writeFileSync(at('file.minisig'), sign(pair, startPrehash().update(content), 'a test'));
    expect(run('-Vm', 'file', '-p', 'vendor.pub')).toContain('a test');
    writeFileSync(at('file'), 'something else');
    expect(() => run('-Vm', 'file', '-p', 'vendor.pub')).toThrow(/Signature verification failed/);
  });

  it('signs with our secret key file', () => {
    const pair = generateKeyPair();
    writeFileSync(at('vendor.key'), pair.file.reveal());
    run('-SHm', 'file', '-s', 'vendor.key', '-t', 'by minisign');
    const signature = readFileSync(at('file.minisig'), 'utf8');
    const prehash = startPrehash().update(content);
    const options = { signature, prehash, trustedKeys: [pair.publicKey], what: 'file', anyUntrustedComment: true };
    expect(verify(options).trustedComment).toBe('by minisign');
  });

  it('makes keys that we sign with', () => {
    run('-G', '-W', '-p', 'vendor.pub', '-s', 'vendor.key');
    const pair = parseSecretKey(readFileSync(at('vendor.key'), 'utf8'));
    expect(parsePublicKey(readFileSync(at('vendor.pub'), 'utf8')).encoded).toBe(pair.publicKey.encoded);
    // Debian 12's minisign leaves a key ID's leading zeros out of the comment; later ones write all 16 digits.
    const written = readFileSync(at('vendor.pub'), 'utf8').replace(/[0-9A-F]+$/m, (id) => id.padStart(16, '0'));
    expect(formatPublicKey(pair.publicKey)).toBe(written);
    writeFileSync(at('file.minisig'), sign(pair, startPrehash().update(content), 'a test'));
    expect(run('-Vm', 'file', '-p', 'vendor.pub')).toContain('a test');
  });

  it('makes legacy signatures that we refuse by name', () => {
    const pair = generateKeyPair();
    writeFileSync(at('vendor.key'), pair.file.reveal());
    run('-S', '-l', '-m', 'file', '-s', 'vendor.key');
    expect(codeOf(() => check(readFileSync(at('file.minisig'), 'utf8'), [pair.publicKey]))).toBe('SIGNATURE_LEGACY');
  });
});
