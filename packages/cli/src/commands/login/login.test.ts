import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problem, ScriptedConsole, summary, token } from '../../testing/scripted-console.ts';

let site: ScriptedConsole;
beforeEach(async () => {
  site = await ScriptedConsole.start();
});
afterEach(() => site.stop());

describe('login', () => {
  const session = { username: 'admin', role: 'root', expiresAt: '2026-11-23T05:00:00.000Z' };

  it('checks the token, then keeps it for this person alone', async () => {
    writeFileSync(join(site.folder, 'token'), `${token}\n`);
    site.answers.set('GET /api/v1/session', { status: 200, body: session });
    site.answers.set('GET /api/v1/summary', { status: 200, body: summary });
    const { code, out } = await site.sealift(['login', `${site.url}/`, '--token-file', join(site.folder, 'token')], {});
    expect([code, out]).toEqual([0, `Logged in to ${site.url} as admin.`]);
    const profile = join(site.folder, 'config/sealift/profile.json');
    expect(statSync(profile).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(site.folder, 'config/sealift'))).toEqual(['profile.json']);
    expect((await site.sealift(['status'], {})).code).toBe(0);
    expect(site.asked.map(({ authorization }) => authorization)).toEqual([`Bearer ${token}`, `Bearer ${token}`]);
  });

  it('keeps nothing when the console refuses the token', async () => {
    writeFileSync(join(site.folder, 'token'), token);
    site.answers.set('GET /api/v1/session', { status: 401, body: problem('UNAUTHENTICATED', 401) });
    const { code, notes } = await site.sealift(['login', site.url, '--token-file', join(site.folder, 'token')], {});
    expect(code).toBe(1);
    expect(notes).toContain('PLATFORM_LOGIN_REFUSED');
    expect(notes).not.toContain(token);
    expect(readdirSync(site.folder)).toEqual(['token']);
  });

  it('has a token made for an account, and signs out again', async () => {
    writeFileSync(join(site.folder, 'password'), 'correct horse battery\n');
    const times = { createdAt: session.expiresAt, expiresAt: session.expiresAt };
    site.answers.set('POST /api/v1/session', {
      status: 200,
      body: session,
      cookie: 'sealift_session=s3; Path=/; HttpOnly',
    });
    site.answers.set('POST /api/v1/tokens', { status: 201, body: { id: '1', name: 'x', secret: token, ...times } });
    site.answers.set('DELETE /api/v1/session', { status: 200, body: {} });
    site.answers.set('GET /api/v1/session', { status: 200, body: session });
    const { code, out } = await site.sealift(
      ['login', site.url, '--username', 'admin', '--password-file', join(site.folder, 'password')],
      {},
    );
    expect([code, out]).toEqual([0, `Logged in to ${site.url} as admin.`]);
    expect(site.asked.map(({ call, authorization, cookie }) => [call, authorization, cookie])).toEqual([
      ['POST /api/v1/session', undefined, undefined],
      ['POST /api/v1/tokens', undefined, 'sealift_session=s3'],
      ['DELETE /api/v1/session', undefined, 'sealift_session=s3'],
      ['GET /api/v1/session', `Bearer ${token}`, undefined],
    ]);
    expect(site.asked[0]?.body).toEqual({ username: 'admin', password: 'correct horse battery' });
  });

  it('keeps the words of a console that refuses the password', async () => {
    writeFileSync(join(site.folder, 'password'), 'wrong horse battery');
    site.answers.set('POST /api/v1/session', { status: 401, body: problem('SIGN_IN_REFUSED', 401) });
    const { code, notes } = await site.sealift(
      ['login', site.url, '--username', 'admin', '--password-file', join(site.folder, 'password')],
      {},
    );
    expect(code).not.toBe(0);
    expect(notes).toContain('SIGN_IN_REFUSED');
    expect(notes).not.toContain('wrong horse');
  });

  it('takes an account or a token, not both', async () => {
    const { code, notes } = await site.sealift(['login', site.url, '--username', 'admin', '--token-file', 'none'], {});
    expect([code, notes.includes('code: USAGE')]).toEqual([1, true]);
  });

  it.each(['http://console.example', 'ftp://x', 'console', 'https://user:secret@console.example', 'https://x/?a=b'])(
    'refuses the address %s',
    async (address) => {
      const { code, notes } = await site.sealift(['login', address, '--token-file', 'none'], {});
      expect(code).toBe(1);
      expect(notes).toContain('PLATFORM_URL_INVALID');
    },
  );

  it('is needed, or both variables', async () => {
    expect((await site.sealift(['status'], {})).notes).toContain('PLATFORM_UNKNOWN');
    expect((await site.sealift(['status'], { SEALIFT_URL: site.url })).notes).toContain('SEALIFT_TOKEN is not set');
  });
});
