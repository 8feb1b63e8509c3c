import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatPublicKey, generateKeyPair } from '@sealift/bundle/minisign';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

const vendor = generateKeyPair().publicKey;
const { keyId, fingerprint } = vendor;
const stored = { keyId, fingerprint, publicKey: formatPublicKey(vendor), addedAt: '2026-11-01T10:00:00.000Z' };

let folder: string;
let file: string;
let server: Server;
let asked: string[];
/** What the console trusts. */
let keys: (typeof stored)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-keys-'));
  file = join(folder, 'vendor.pub');
  writeFileSync(file, formatPublicKey(vendor));
  asked = [];
  keys = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => {
      if (request.method === 'GET') return response.end(JSON.stringify({ keys }));
      if (request.method === 'POST') return response.writeHead(201).end(JSON.stringify(stored));
      keys = keys.filter((key) => request.url !== `/api/v1/trusted-keys/${key.keyId}`);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function sealift(...args: string[]) {
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const env = {
    SEALIFT_URL: `http://127.0.0.1:${port}`,
    SEALIFT_TOKEN: 'sealift_t',
    SEALIFT_TRUSTED_KEYS: join(folder, 'here'),
  };
  const { context, written } = testContext({ env });
  const code = await run(['keys', ...args], context);
  return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
}

describe('the two lists of trusted keys', () => {
  it('are told apart: what is done here is not done in the console, and the other way round', async () => {
    expect((await sealift('trust', file)).out).toContain(`Trusted here: key ID ${keyId}`);
    expect((await sealift('trust', file)).out).toContain('Already trusted here');
    expect((await sealift('list')).out).toContain(`${keyId}  ${fingerprint}  ${folder}/here/`);
    expect(asked).toEqual([]);
    expect((await sealift('list', '--console')).out).toContain('sealift keys trust FILE --console');
    expect((await sealift('trust', file, '--console')).out).toContain(`Trusted in the console: key ID ${keyId}`);
    expect(asked).toEqual(['GET /api/v1/trusted-keys', 'POST /api/v1/trusted-keys']);
    expect((await sealift('untrust', keyId)).out).toContain(`No longer trusted here: key ID ${keyId}`);
    expect((await sealift('list')).out).toContain('No key is trusted here');
  });

  it.each([
    ['its file', () => file],
    ['its ID', () => keyId],
    ['its ID in lower case', () => keyId.toLowerCase()],
    ['its fingerprint', () => fingerprint],
  ])('lose a key that is named by %s', async (_how, name) => {
    keys = [stored, { ...stored, keyId: '0123456789ABCDEF', fingerprint: 'SHA256:other' }];
    expect(await sealift('untrust', name(), '--console')).toMatchObject({ code: 0 });
    expect(keys.map((key) => key.keyId)).toEqual(['0123456789ABCDEF']);
    await sealift('trust', file);
    expect(await sealift('untrust', name(), '--json')).toMatchObject({ code: 0 });
    expect((await sealift('list', '--json')).out).toBe('{"keys":[]}');
  });

  it('name the list in which a key is not', async () => {
    const here = await sealift('untrust', keyId);
    expect(here).toMatchObject({ code: 1, notes: expect.stringContaining('KEY_NOT_TRUSTED') });
    expect(here.notes).toContain('`sealift keys list`');
    const console = await sealift('untrust', keyId, '--console');
    expect(console.notes).toContain('`sealift keys list --console`');
    expect(asked).toEqual(['GET /api/v1/trusted-keys']);
  });
});
