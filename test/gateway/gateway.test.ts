import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayExecutable } from './setup/gateway-executable.ts';
import { ended, type Gateway, GatewaySite } from './setup/gateway-site.ts';
import { startLine } from './setup/switched-line.ts';

let site: GatewaySite;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

beforeAll(async () => {
  site = await GatewaySite.start(await gatewayExecutable('1.0.0'));
}, 120_000);
afterAll(() => site?.stop(), 60_000);

async function stop({ child, said }: ReturnType<Gateway['start']>): Promise<void> {
  child.kill('SIGTERM');
  const late = new Error(`it does not end:\n${said()}`);
  await Promise.race([ended(child), delay(30_000, undefined, { ref: false }).then(() => Promise.reject(late))]);
}

/** Asks one to stop in the very moment in which it says something. */
async function stopOnceSaid(running: ReturnType<Gateway['start']>, words: string): Promise<void> {
  const heard = Promise.withResolvers<void>();
  running.child.stderr.on('data', () => running.said().includes(words) && heard.resolve());
  await Promise.race([heard.promise, delay(60_000, undefined, { ref: false })]);
  expect(running.said()).toContain(words);
  await stop(running);
}

/** A build that proves itself, and falls over right after. */
const endsAfterHandshake = `
if (process.env.SEALIFT_GATEWAY_PROOF) {
  const { write } = process.stdout;
  process.stdout.write = (text, ...more) => {
    if (String(text).includes('handshake')) setTimeout(() => { console.error('the last words'); process.exit(9); }, 300);
    return write.call(process.stdout, text, ...more);
  };
}`;

/** One story, told in order: each part stands on the one before. */
describe('gateways', { timeout: 120_000 }, () => {
  it('register once with a token, report, and upgrade themselves whole to what a release brings', async () => {
    const gateway = await site.newGateway('hamburg-1', { site: 'hamburg' });
    const again = gateway.run([
      'register',
      site.platform.console.url,
      '--replace',
      '--token-file',
      `${gateway.data}.token`,
    ]);
    expect([await ended(again.child), again.said()]).toEqual([1, expect.stringContaining('GATEWAY_TOKEN_REFUSED')]);
    const running = gateway.start();
    await site.until('hamburg-1', ({ state, version }) => state === 'current' && version === '1.0.0');
    const second = gateway.start();
    expect([await ended(second.child), second.said()]).toEqual([1, expect.stringContaining('GATEWAY_RUNNING')]);

    const next = await gatewayExecutable('1.1.0');
    await site.rollOut({ version: '1.1.0', minimum: '1.0.0', executable: next });
    await site.until('hamburg-1', ({ version, state }) => version === '1.1.0' && state === 'current');
    expect(gateway.current()).toBe(sha256(next));
    expect(running.said()).toMatch(/1\.1\.0 is on trial[^]*1\.1\.0 has proved itself/);
    // The process that a service knows is the new executable now, too.
    expect(readFileSync(`/proc/${running.child.pid}/cmdline`, 'utf8')).toContain(sha256(next));
    await stop(running);
    const { entries } = (await site.platform.call('GET', '/audit')).body;
    expect(entries.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(['gateway.invite', 'gateway.register', 'gateway.rollout', 'gateway.version']),
    );
  });

  it('that are paused stay where they are, and are told which level holds them', async () => {
    const gateway = await site.newGateway('berlin-1', { site: 'berlin' });
    const pause = (paused: object) => site.platform.call('POST', '/gateways/pause', { paused, reason: 'a move' });
    const resume = (paused: object) => site.platform.call('POST', '/gateways/resume', { paused });
    await pause({ level: 'site', name: 'berlin' });
    await pause({ level: 'gateway', name: 'berlin-1' });
    expect((await pause({ level: 'site', name: 'nowhere' })).status).toBe(404);
    const running = gateway.start();
    const held = await site.until('berlin-1', ({ seenAt }) => seenAt !== null);
    expect([held.state, held.wanted, held.holds.map(({ paused }) => paused.level)]).toEqual([
      'paused',
      '1.1.0',
      ['site', 'gateway'],
    ]);
    await resume({ level: 'gateway', name: 'berlin-1' });
    const [hold] = (await site.until('berlin-1', ({ holds }) => holds.length === 1)).holds;
    expect(hold).toMatchObject({ paused: { level: 'site', name: 'berlin' }, by: 'admin', reason: 'a move' });
    expect(gateway.current()).toBeNull();
    await resume({ level: 'site', name: 'berlin' });
    await site.until('berlin-1', ({ version }) => version === '1.1.0');
    await stop(running);
  });

  it('go back from a build that ends after its handshake, keep what it said, and no other tries it', async () => {
    const [first, second] = [await site.newGateway('bad-a'), await site.newGateway('bad-b')];
    const executable = await gatewayExecutable('1.2.0', endsAfterHandshake);
    // Both are behind and known, so that one has to wait for the other.
    await site.platform.call('POST', '/gateways/pause', { paused: { level: 'global' } });
    const running = [first.start(), second.start()];
    for (const { name } of [first, second]) await site.until(name, ({ seenAt }) => seenAt !== null);
    await site.rollOut({ version: '1.2.0', minimum: '1.0.0', executable });
    await site.platform.call('POST', '/gateways/resume', { paused: { level: 'global' } });
    const failed = await waitUntil(
      'a failure',
      async () => (await site.list()).gateways.find(({ state }) => state === 'failed'),
      60_000,
    );
    const reason = 'after its handshake it ended with code 9';
    expect(failed.failure).toMatchObject({ version: '1.2.0', reason: expect.stringContaining(reason) });
    expect((await site.list()).rollout).toMatchObject({ failed: [failed.name], trying: [] });
    const [back, other] = failed.name === first.name ? [first, second] : [second, first];
    expect([back.current(), other.current()]).toEqual([null, null]);
    const [log = ''] = readdirSync(join(back.data, 'failed'));
    expect(readFileSync(join(back.data, 'failed', log), 'utf8')).toMatch(/ended with code 9[^]*the last words/);
    expect((await site.until(other.name, () => true)).state).toBe('behind');
    for (const one of running) await stop(one);
    for (const { name } of [first, second]) await site.platform.call('DELETE', `/gateways/${name}`);
  });

  it('try again when a person says so, and the next build is tried by itself', async () => {
    const gateway = await site.newGateway('retry-1');
    const running = gateway.start();
    const flag = join(site.folder, 'mended');
    const before = `if (!require('node:fs').existsSync(${JSON.stringify(flag)})) process.exit(5);`;
    await site.rollOut({ version: '1.3.0', minimum: '1.0.0', executable: await gatewayExecutable('1.3.0', before) });
    await site.until('retry-1', ({ state }) => state === 'failed');
    writeFileSync(flag, '');
    await site.platform.call('POST', '/gateways/retry', {});
    await site.until('retry-1', ({ version, failure }) => version === '1.3.0' && failure === null);
    await site.rollOut({ version: '1.3.1', minimum: '1.0.0', executable: await gatewayExecutable('1.3.1') });
    await site.until('retry-1', ({ version }) => version === '1.3.1');
    await stop(running);
  });

  it('do not go back while the console is away, in whichever way and however long', { timeout: 240_000 }, async () => {
    const line = await startLine(site.platform.console.url);
    const gateway = await site.newGateway('away-1', { url: line.url });
    // Enough for a busy machine to report within it.
    const trialSeconds = 20;
    const running = gateway.start({ trialSeconds });
    try {
      await site.until('away-1', ({ seenAt }) => seenAt !== null);
      await waitUntil('the trial', () => running.said().includes('is on trial') && (line.mode = 'cut'), 60_000);
      const modes = ['cut', 'too-many', 'unavailable', 'login-page'] as const;
      for (const mode of modes) {
        line.mode = mode;
        const from = performance.now();
        // In all longer than the time that a new executable has while the console answers, by the requests on the line.
        const until = from + (1000 * trialSeconds) / modes.length + 500;
        await waitUntil(`time to pass: ${mode}`, () => line.seen.some(({ atMs }) => atMs > until), 60_000);
        expect(running.said()).not.toMatch(/taken back|proved/);
      }
      const stopped = stopOnceSaid(running, '1.3.1 has proved itself');
      line.mode = 'through';
      // In the moment in which the keeper becomes the new executable.
      await stopped;
    } finally {
      await stop(running);
      await line.close();
    }
  });

  it('that were removed are refused, and say so', async () => {
    await site.platform.call('DELETE', '/gateways/hamburg-1');
    const gateway = await site.newGateway('removed-1');
    await site.platform.call('DELETE', '/gateways/removed-1');
    const running = gateway.start();
    await waitUntil('the refusal', () => running.said().includes('GATEWAY_UNKNOWN'));
    await stop(running);
  });
});
