import { afterAll, beforeAll, expect, it } from 'vitest';
import { RunningPlatform } from '../testing/running-platform.ts';

let platform: RunningPlatform;
beforeAll(async () => {
  platform = await RunningPlatform.start();
}, 60_000);
afterAll(() => platform.stop());

it('tells readers what changed, and an open stream does not keep the console from closing', {
  timeout: 30_000,
}, async () => {
  const response = await fetch(`${platform.console.url}/api/v1/events`, {
    headers: { authorization: `Bearer ${platform.token}` },
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
  let text = '';
  await platform.call('POST', '/registries/spectro-packs/sync');
  while (!text.includes('event: catalogue')) text += Buffer.from((await reader.read()).value ?? []).toString();
  expect(text).toContain('event: sync\ndata: {"kind":"sync","subject":"spectro-packs"}\n\n');
  const ended = reader.closed;
  const drained = drain(reader);
  await platform.console.close();
  await Promise.all([drained, ended]);
});

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const { done } = await reader.read();
  if (!done) await drain(reader);
}
