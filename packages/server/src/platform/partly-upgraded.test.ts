import type { PartlyUpgraded } from '@sealift/core/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pushRelease } from '../testing/push-release.ts';
import { RunningPlatform } from '../testing/running-platform.ts';

const old = { version: '4.2.12', kubernetes: '1.26.8', upgradesFrom: '>=4.2.0 <4.2.12', cniValues: 'mtu: 1440\n' };
const target = { version: '4.2.13', kubernetes: '1.26.10', upgradesFrom: '>=4.2.0 <4.2.13', cniValues: 'mtu: 1450\n' };
let platform: RunningPlatform;

beforeAll(async () => {
  platform = await RunningPlatform.start();
  const client = platform.registry();
  const installed = await pushRelease(client, old);
  await pushRelease(client, target);
  client.close();
  await platform.sync();
  await platform.call('POST', '/platform/adopt', { version: '4.2.12' });
  const profile = (await platform.call('GET', '/profile')).body;
  await platform.connectCluster(
    installed.release,
    Object.fromEntries(
      profile.layers.map(({ pack, currentValues }: Record<'pack' | 'currentValues', string>) => [pack, currentValues]),
    ),
  );
}, 180_000);
afterAll(() => platform.stop());

async function begin(): Promise<string> {
  const draft = (await platform.call('POST', '/upgrades', { to: '4.2.13' })).body;
  expect(draft.blockers).toEqual([]);
  expect((await platform.call('POST', `/upgrades/${draft.id}/confirm`, { hash: draft.hash })).status).toBe(202);
  return draft.id;
}

it('says after an abort what runs what, accuses nobody, and is whole again after going on', async () => {
  const before = (await platform.call('GET', '/summary')).body;
  expect(before).toMatchObject({ version: '4.2.12', partlyUpgraded: null });
  expect(before.statements[1].holds).toBe(true);

  const id = await begin();
  const isBegun = (body: { steps: { id: string; state: string }[] }) =>
    body.steps.some((step) => step.id === '0-workers' && step.state !== 'waiting');
  await platform.until(`/upgrades/${id}`, isBegun);
  await platform.call('POST', `/upgrades/${id}/abort`, { reason: 'the window closed' });
  await platform.until(`/upgrades/${id}`, ({ state }) => state === 'aborted');

  const summary = (await platform.call('GET', '/summary')).body;
  const partly: PartlyUpgraded = summary.partlyUpgraded;
  expect(partly).toMatchObject({ upgrade: id, from: '4.2.12', to: '4.2.13', state: 'aborted' });
  expect(partly.nodes.map(({ version }) => version)).toContain('1.26.10');
  expect(partly.nodes.reduce((sum, { count }) => sum + count, 0)).toBe(summary.nodes.length);
  expect(partly.goBackBy).toContain('backup');
  for (const { holds, checks } of summary.statements) {
    expect(holds).toBe(false);
    const check = checks.find(({ name }: { name: string }) => name === 'upgrade-complete');
    expect(check).toMatchObject({ outcome: 'block', detail: expect.stringContaining('Partly upgraded from 4.2.12') });
    expect(check.detail).toContain('nodes run 1.26.10');
    expect(check.remedy).toMatch(/Continue: .*Or go back: /);
  }
  expect(JSON.stringify(summary)).not.toContain('Find out who');

  await platform.until('/summary', ({ statements }) =>
    statements[1].checks.every(
      ({ name, outcome }: Record<'name' | 'outcome', string>) =>
        outcome === 'pass' || name.startsWith('upgrade-c') || name.startsWith('layers'),
    ),
  );
  const again = await begin();
  const done = await platform.until(`/upgrades/${again}`, ({ state }) => !['ready', 'running'].includes(state));
  expect(done).toMatchObject({ state: 'succeeded' });
  const after = (await platform.call('GET', '/summary')).body;
  expect(after).toMatchObject({ version: '4.2.13', partlyUpgraded: null });
  expect(after.statements.map(({ holds }: { holds: boolean }) => holds)).toEqual([true, true]);
}, 120_000);
