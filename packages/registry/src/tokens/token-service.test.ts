import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatScopes, parseScopes } from './repository-scope.ts';
import { scopesAskedFor, TokenService } from './token-service.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-tokens-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const key = Buffer.alloc(32, 1);
const writer = { access: 'push', anonymous: false, name: 'ann' } as const;
const reader = { access: 'pull', anonymous: false, name: 'ann' } as const;
const pullAndPush = parseScopes(['repository:a/b:pull,push']);

describe('scopes', () => {
  it.each([
    ['repository:a/b:pull,push', 'repository:a/b:pull,push'],
    ['repository:a/b:push,pull repository:c:pull', 'repository:a/b:pull,push repository:c:pull'],
    ['repository:a:pull repository:a:delete', 'repository:a:pull,delete'],
    ['repository:a:*', 'repository:a:pull,push,delete'],
    ['repository(plugin):a:pull', 'repository:a:pull'],
    ['repository:a:drop,pull', 'repository:a:pull'],
    ['registry:catalog:*', ''],
    ['repository:../etc:pull', ''],
    ['repository:A:pull', ''],
    ['nonsense', ''],
    ['', ''],
  ])('%s is read as %s', (text, expected) => {
    expect(formatScopes(parseScopes([text]))).toBe(expected);
  });

  it('are cut to what a token may carry', () => {
    const many = Array.from({ length: 5000 }, (_, index) => `repository:${'x'.repeat(200)}/${index}:pull,push`);
    const asked = scopesAskedFor([many.join(' ')]);
    expect(asked.length).toBeGreaterThan(5);
    expect(new TokenService(key).issue(writer, asked).token.reveal().length).toBeLessThan(8192);
  });
});

describe('a token', () => {
  it('grants what was asked for, as far as its holder may have it', () => {
    const service = new TokenService(key);
    expect(service.verify(service.issue(writer, pullAndPush).token)).toEqual({
      ...writer,
      scopes: pullAndPush,
      catalog: false,
    });
    const narrow = service.issue(reader, parseScopes(['repository:a/b:*', 'repository:c:push']));
    expect(service.verify(narrow.token)).toEqual({
      ...reader,
      scopes: parseScopes(['repository:a/b:pull']),
      catalog: false,
    });
  });

  it('is worth nothing when a byte of it is changed, or under another key', () => {
    const service = new TokenService(key);
    const text = service.issue(writer, pullAndPush).token.reveal();
    for (const at of [0, 20, 60, text.indexOf('.', 20), text.length - 2]) {
      const changed = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
      expect(service.verify(new Secret(changed))).toBeUndefined();
    }
    expect(service.verify(new Secret(`${text}.x`))).toBeUndefined();
    expect(service.verify(new Secret('sealift-registry.'))).toBeUndefined();
    expect(new TokenService(Buffer.alloc(32, 2)).verify(new Secret(text))).toBeUndefined();
  });

  it('ends after five minutes, and stands a clock that is moved by one', () => {
    let now = 1_000_000_000_000;
    const service = new TokenService(key, () => now);
    const { token, expiresInSeconds } = service.issue(writer, pullAndPush);
    const begun = now;
    const goodAfter = (seconds: number): boolean => {
      now = begun + seconds * 1000;
      return service.verify(token) !== undefined;
    };
    expect(expiresInSeconds).toBe(300);
    expect([-3600, -61, -59, 0, 299, 359, 361, 86_400].map(goodAfter)).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('the key of a storage folder', () => {
  it('is kept, readable by its owner only, so that tokens outlive a restart', async () => {
    const { token } = (await TokenService.open(folder)).issue(writer, pullAndPush);
    expect((await TokenService.open(folder)).verify(token)).toBeDefined();
    expect((await stat(join(folder, 'token-key'))).mode & 0o777).toBe(0o600);
  });

  it('is not taken when it was cut', async () => {
    await writeFile(join(folder, 'token-key'), 'short');
    await expect(TokenService.open(folder)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});
