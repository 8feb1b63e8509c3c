import { afterEach, expect, test, vi } from 'vitest';
import { actAnswered, keyOfAct } from './act-keys.ts';
import { send } from './http.ts';

afterEach(() => vi.unstubAllGlobals());

test('an act keeps its key until it is answered, and has another one then', () => {
  const first = keyOfAct('POST /backups');
  expect(first).toMatch(/^"[0-9a-f]{32}"$/);
  expect(keyOfAct('POST /backups')).toBe(first);
  expect(keyOfAct('POST /tokens')).not.toBe(first);
  actAnswered('POST /backups');
  expect(keyOfAct('POST /backups')).not.toBe(first);
  actAnswered('POST /backups');
  actAnswered('POST /tokens');
});

test('what is sent again after the line was cut has the key of the first, and what comes after the answer another one', async () => {
  const keys: (string | null)[] = [];
  let cut = true;
  vi.stubGlobal('fetch', (_url: string, { headers }: RequestInit) => {
    keys.push(new Headers(headers).get('idempotency-key'));
    return cut ? Promise.reject(new TypeError('cut')) : Promise.resolve(new Response(null, { status: 204 }));
  });
  await expect(send('POST', '/backups', {})).rejects.toThrow('does not answer');
  cut = false;
  await send('POST', '/backups', {});
  await send('POST', '/backups', {});
  expect(keys[0]).toMatch(/^"[0-9a-f]{32}"$/);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});

test('reading, and changes that may be repeated, have none', async () => {
  const sent: (string | null)[] = [];
  vi.stubGlobal('fetch', (_url: string, { headers }: RequestInit) => {
    sent.push(new Headers(headers).get('idempotency-key'));
    return Promise.resolve(new Response(null, { status: 204 }));
  });
  await send('GET', '/backups');
  await send('PUT', '/access-policy', {});
  expect(sent).toEqual([null, null]);
});
