import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { blake2b } from './blake2b.ts';

it('BLAKE2b is that of OpenSSL, which has it with 64 bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 128 }), (message) =>
      blake2b(message, 64).equals(createHash('blake2b512').update(message).digest()),
    ),
  );
});

it('BLAKE2b of 32 bytes is that of libsodium and of Python’s hashlib', () => {
  const digest = (text: string): string => blake2b(Buffer.from(text), 32).toString('hex');
  expect(digest('')).toBe('0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8');
  expect(digest('abc')).toBe('bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319');
  expect(() => blake2b(Buffer.alloc(129), 32)).toThrow(RangeError);
});
