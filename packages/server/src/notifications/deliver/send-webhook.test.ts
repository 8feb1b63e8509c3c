import { Secret } from '@sealift/core/secret';
import { testKey, validCertificate } from '@sealift/testkit/certificates';
import { readEvent, startWebhookReceiver, type WebhookReceiver } from '@sealift/testkit/webhook-receiver';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FindAddresses, isLocal } from './guarded-lookup.ts';
import { sendWebhook, type WebhookCall } from './send-webhook.ts';

const key = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
let plain: WebhookReceiver;
let secure: WebhookReceiver;

beforeAll(async () => {
  plain = await startWebhookReceiver();
  secure = await startWebhookReceiver({ key: testKey, cert: validCertificate });
});
afterAll(() => Promise.all([plain.stop(), secure.stop()]));
beforeEach(() => {
  plain.requests.length = 0;
  plain.answer = (response) => void response.writeHead(204).end();
});

const event = {
  specversion: '1.0',
  id: 'e1',
  source: 'urn:sealift:console',
  type: 'dev.sealift.test',
  data: { a: 'ü' },
};
const send = (changes: Partial<WebhookCall> = {}): Promise<string> =>
  sendWebhook({
    url: new URL('/hook?a=b', plain.origin),
    ca: null,
    key: new Secret(key),
    local: true,
    id: 'e1',
    body: JSON.stringify(event),
    ...changes,
  });
/** Names that lead where a test says, one list of addresses for each time that they are asked for. */
function leadingTo(...answers: string[][]): FindAddresses {
  return (_name, done) => {
    const now = answers.shift() ?? [];
    done(
      null,
      now.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}

describe('an event', () => {
  it('is signed as the libraries of the scheme verify it, and read by that of CloudEvents', async () => {
    expect(await send()).toBe('204 No Content');
    const [request] = plain.requests;
    if (request === undefined) throw new Error('nothing came');
    expect([request.method, request.path]).toEqual(['POST', '/hook?a=b']);
    expect(request.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    expect(readEvent(request, key)).toMatchObject({ id: 'e1', type: 'dev.sealift.test', data: { a: 'ü' } });
    expect(() => readEvent(request, `whsec_${Buffer.alloc(32, 8).toString('base64')}`)).toThrow(/signature/);
    expect(() => readEvent({ ...request, body: request.body.replace('ü', 'u') }, key)).toThrow(/signature/);
  });

  it('goes by TLS only to a certificate that is trusted', async () => {
    const url = new URL(secure.origin);
    await expect(send({ url })).rejects.toMatchObject({ code: 'WEBHOOK_UNREACHABLE', message: /not trusted/ });
    expect(await send({ url, ca: validCertificate })).toBe('204 No Content');
    expect(secure.requests).toHaveLength(1);
  });

  it('follows no redirect, and tells what was answered without secrets and at no length', async () => {
    plain.answer = (response) => void response.writeHead(302, { location: `${plain.origin}/other` }).end();
    await expect(send()).rejects.toMatchObject({ code: 'WEBHOOK_REFUSED', message: expect.stringContaining('302') });
    expect(plain.requests.map(({ path }) => path)).toEqual(['/hook?a=b']);
    plain.answer = (response) => void response.writeHead(500).end('no\u0007 queue, password=hunter2');
    await expect(send()).rejects.toMatchObject({
      message: expect.stringMatching(/answers 500: no +queue, password=\*\*\*$/),
    });
    plain.answer = (response) => void response.end('x'.repeat(5_000_000));
    expect((await send()).length).toBeLessThan(600);
  });

  it('waits for nobody who answers nothing, or a byte at a time', async () => {
    plain.answer = () => undefined;
    await expect(send({ deadlineMs: 150 })).rejects.toMatchObject({ code: 'WEBHOOK_UNREACHABLE' });
    let dripping: NodeJS.Timeout | undefined;
    plain.answer = (response) => {
      response.writeHead(200);
      dripping = setInterval(() => response.write('.'), 20);
    };
    expect(await send({ deadlineMs: 150 })).toMatch(/^200 OK: \.+$/);
    clearInterval(dripping);
    const cancel = AbortSignal.abort();
    await expect(send({ cancel })).rejects.toMatchObject({ code: 'WEBHOOK_UNREACHABLE' });
  });
});

describe('an address', () => {
  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '169.254.169.254',
    '::1',
    '::',
    'fe80::1%lo',
    '::ffff:127.0.0.1',
    '255.255.255.255',
  ])('%s is a local one', (address) => expect(isLocal(address)).toBe(true));
  it.each(['10.0.0.1', '192.168.1.1', '172.16.0.1', '203.0.113.5', 'fd00::1', '2001:db8::1', '::ffff:10.0.0.1'])(
    '%s is none',
    (address) => expect(isLocal(address)).toBe(false),
  );

  it('of this machine is refused unless it was allowed, however it is written', async () => {
    const { port } = new URL(plain.origin);
    for (const host of ['127.0.0.1', '127.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', 'localhost']) {
      const url = new URL(`http://${host}:${port}/`);
      await expect(send({ url, local: false })).rejects.toMatchObject({ code: 'WEBHOOK_ADDRESS_LOCAL' });
    }
    expect(plain.requests).toEqual([]);
  });

  it('is judged when it is connected to: a name that leads elsewhere a moment later, or to both, is refused', async () => {
    const url = new URL(`http://hooks.example:${new URL(plain.origin).port}/`);
    const find = leadingTo(['203.0.113.5', '127.0.0.1']);
    await expect(send({ url, local: false, find })).rejects.toMatchObject({ code: 'WEBHOOK_ADDRESS_LOCAL' });
    const rebinding = leadingTo([], ['169.254.169.254']);
    await expect(send({ url, local: false, find: rebinding })).rejects.toMatchObject({ code: 'WEBHOOK_UNREACHABLE' });
    await expect(send({ url, local: false, find: rebinding })).rejects.toMatchObject({
      code: 'WEBHOOK_ADDRESS_LOCAL',
      message: expect.stringContaining('169.254.169.254'),
    });
    expect(plain.requests).toEqual([]);
  });
});
