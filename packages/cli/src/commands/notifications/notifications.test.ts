import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createdTokenSchema } from '@sealift/core/api';
import { type RunningConsole, startConsole } from '@sealift/server/console';
import { testKey, validCertificate } from '@sealift/testkit/certificates';
import { type MailServerPeer, startMailServer } from '@sealift/testkit/mail-server';
import { readEvent, startWebhookReceiver, type WebhookReceiver } from '@sealift/testkit/webhook-receiver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../../client/api-client.ts';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

const login = { user: 'sealift', password: 'hunter2hunter2' };
let folder: string;
let console: RunningConsole;
let token: string;
let receiver: WebhookReceiver;
let mail: MailServerPeer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-notifications-'));
  receiver = await startWebhookReceiver({ key: testKey, cert: validCertificate });
  mail = await startMailServer({ security: 'starttls', tls: { key: testKey, cert: validCertificate }, login });
  console = await startConsole({ dataDir: join(folder, 'data') });
  const account = { username: 'admin', password: 'four random words here' };
  const nobody = new ApiClient({ url: console.url, env: {} });
  const cookie = await nobody.openSession('/api/v1/setup', {
    token: console.setupUrl?.split('#token=')[1],
    ...account,
  });
  const api = new ApiClient({ url: console.url, cookie, env: {} });
  token = (await api.post('/api/v1/tokens', { name: 'root' }, createdTokenSchema)).secret;
}, 120_000);
afterAll(async () => {
  await console.close();
  await Promise.all([receiver.stop(), mail.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

async function sealift(...args: string[]) {
  const { context, written } = testContext({ env: { HOME: folder, SEALIFT_URL: console.url, SEALIFT_TOKEN: token } });
  const code = await run(['notifications', ...args], context);
  return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
}

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('sealift notifications', { timeout: 60_000 }, () => {
  it('adds a webhook where it may go, tests and changes it, and removes it', async () => {
    const ca = file('ca.pem', validCertificate);
    const add = () =>
      sealift('add', 'hooks', '--webhook', `${receiver.origin}/a`, '--ca-file', ca, '-o', join(folder, 'key'));
    expect(await add()).toMatchObject({ code: 1, notes: expect.stringContaining('WEBHOOK_ADDRESS_NOT_ALLOWED') });
    expect((await sealift('allow', receiver.origin)).out).toContain(`Webhooks may go to ${receiver.origin}.`);
    expect(await add()).toMatchObject({ code: 0, out: join(folder, 'key') });
    expect(statSync(join(folder, 'key')).mode & 0o077).toBe(0);
    const test = await sealift('test', 'HOOKS');
    expect(test).toMatchObject({ code: 1, notes: expect.stringContaining('WEBHOOK_ADDRESS_LOCAL') });
    await sealift('allow', receiver.origin, '--local', '--console-url', 'https://console.example');
    expect(await sealift('test', 'hooks')).toMatchObject({ code: 0, out: '204 No Content' });
    const [request] = receiver.requests;
    if (request === undefined) throw new Error('nothing came');
    const key = readFileSync(join(folder, 'key'), 'utf8').trim();
    expect(readEvent(request, key)).toMatchObject({ source: 'https://console.example', data: { by: 'admin' } });
    receiver.answer = (response) => void response.writeHead(500).end('broken');
    expect(await sealift('test', 'hooks')).toMatchObject({
      code: 1,
      notes: expect.stringContaining('answers 500: broken'),
    });
    const edited = await sealift(
      'edit',
      'hooks',
      '--kinds',
      'backup.failed,upgrade.failed',
      '--name',
      'Chat',
      '--json',
    );
    expect(JSON.parse(edited.out)).toMatchObject({
      subscription: {
        name: 'Chat',
        kinds: ['backup.failed', 'upgrade.failed'],
        target: { url: `${receiver.origin}/a` },
      },
    });
    expect((await sealift('edit', 'Chat', '--new-key')).out).toMatch(/^whsec_/);
    expect((await sealift('list')).out).toContain(`Chat  ${receiver.origin}/a  backup.failed,upgrade.failed`);
    expect(await sealift('deliveries', '--of', 'chat')).toMatchObject({ code: 0, out: 'There is none.' });
    expect((await sealift('remove', 'chat')).out).toBe('Chat is told nothing any more.');
    expect(await sealift('remove', 'chat')).toMatchObject({ code: 1, notes: expect.stringContaining('NOT_FOUND') });
    expect((await sealift('allow', receiver.origin, '--withdraw')).out).toContain('nowhere yet');
  });

  it('sets the mail server, and prints what it answers', async () => {
    const settings = ['--host', 'localhost', '--port', String(mail.port), '--from', 'sealift@example.org'];
    const secrets = ['--ca-file', file('mail-ca.pem', validCertificate), '--user', login.user];
    const wrong = ['--password-file', file('wrong', 'wrong-password\n')];
    const first = await sealift('mail-server', ...settings, ...secrets, ...wrong, '--test', 'ops@example.org');
    expect(first).toMatchObject({ code: 1, notes: expect.stringContaining('MAIL_LOGIN_REFUSED') });
    expect(first.notes).not.toContain('wrong-password');
    const right = ['--password-file', file('right', `${login.password}\n`)];
    const second = await sealift('mail-server', ...right, '--test', 'ops@example.org');
    expect(second).toMatchObject({ code: 0, out: expect.stringMatching(/STARTTLS, as sealift[^]*is taken: 250 /) });
    await sealift('add', 'people', '--mail', 'ops@example.org, all@example.org');
    expect((await sealift('test', 'people')).out).toMatch(/^ops@example.org: 250 .*\nall@example.org: 250 /);
    expect(mail.mails.map(({ to }) => to[0])).toEqual(['ops@example.org', 'ops@example.org', 'all@example.org']);
    expect((await sealift('mail-server', '--off')).code).toBe(0);
    expect((await sealift('list')).out).toContain('There is no mail server.');
  });

  it.each([
    [['add', 'x'], 'give --webhook or --mail'],
    [['add', 'x', '--webhook', 'https://a', '--mail', 'a@b'], 'exclude each other'],
    [['add', 'x', '--mail', 'a@b', '--kinds', 'nothing'], 'there is no kind nothing'],
    [['deliveries', '--state', 'lost'], '--state is'],
    [['deliveries', '--limit', '0'], '--limit takes'],
    [['mail-server', '--host', 'x', '--security', 'ssl', '--from', 'a@b'], '--security is'],
    [['mail-server', '--off', '--host', 'x'], '--off excludes'],
    [['allow', '--local'], 'name the address'],
  ])('%j is refused, and nothing changes', async (args, words) => {
    expect(await sealift(...args)).toMatchObject({ code: 1, notes: expect.stringContaining(words) });
    expect(JSON.parse((await sealift('list', '--json')).out)).toMatchObject({ mailServer: { settings: null } });
  });
});
