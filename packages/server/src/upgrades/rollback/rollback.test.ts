import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAdopted } from '../../testing/adopted-platform.ts';
import { pushRelease } from '../../testing/push-release.ts';
import type { RunningPlatform } from '../../testing/running-platform.ts';
import { exportSite, setFaults } from '../../testing/simulated-site.ts';

const old = { version: '4.2.12', kubernetes: '1.26.8', upgradesFrom: '>=4.2.0 <4.2.12', cniValues: 'mtu: 1440\n' };
const target = { version: '4.2.13', kubernetes: '1.26.8', upgradesFrom: '>=4.2.0 <4.2.13', cniValues: 'mtu: 1450\n' };
let platform: RunningPlatform;

beforeAll(async () => {
  platform = await startAdopted([old, target]);
}, 180_000);
afterAll(() => platform?.stop());

async function evidenceOf(id: string): Promise<string> {
  const headers = { authorization: `Bearer ${platform.token}` };
  return await (await fetch(`${platform.console.url}/api/v1/upgrades/${id}/evidence`, { headers })).text();
}

async function begin(to = '4.2.13'): Promise<string> {
  const { id, hash, blockers } = (await platform.call('POST', '/upgrades', { to })).body;
  expect(blockers).toEqual([]);
  expect((await platform.call('POST', `/upgrades/${id}/confirm`, { hash })).status).toBe(202);
  return id;
}

const isApplied =
  (step: string) =>
  ({ steps }: { steps: { id: string; state: string }[] }) =>
    steps.some(({ id, state }) => id === step && state !== 'waiting');
const ended = (state: string) => (body: { state: string }) => body.state === state;

/** An upgrade that stands paused at its layer. */
async function pausedAtLayer(): Promise<string> {
  // So that it is still there when it is paused.
  await setFaults(platform, [{ call: 'layers', when: 'before', action: 'delay', delayMs: 200, times: 1000 }]);
  const id = await begin();
  await platform.until(`/upgrades/${id}`, isApplied('0-layer-cni-calico'));
  expect((await platform.call('POST', `/upgrades/${id}/pause`)).status).toBe(202);
  await setFaults(platform, []);
  return id;
}

it('puts back what a paused upgrade applied, says beforehand what that is, and opens the console', async () => {
  const before = await exportSite(platform);
  const id = await pausedAtLayer();
  const dry = await platform.call('GET', `/upgrades/${id}/rollback`);
  expect(dry.body).toMatchObject({
    state: 'paused',
    rollback: {
      possible: true,
      shut: null,
      items: expect.arrayContaining([
        expect.objectContaining({
          does: 'undone',
          text: expect.stringMatching(/calico goes back from 4\.2\.13 to 4\.2\.12/),
        }),
        expect.objectContaining({ does: 'stays', text: 'The backup stays' }),
      ]),
    },
  });
  const asked = await platform.call('POST', `/upgrades/${id}/rollback`, { reason: 'the shop closes' });
  expect(asked.status).toBe(202);
  const done = await platform.until(`/upgrades/${id}`, ended('rolled-back'));
  expect(done.rollback.items.filter(({ does }: { does: string }) => does === 'undone')).toMatchObject([{ done: true }]);
  expect(await exportSite(platform)).toEqual(before);
  const { entries } = (await platform.call('GET', '/audit')).body;
  expect(entries).toContainEqual(
    expect.objectContaining({
      action: 'upgrade.rollback',
      subject: id,
      details: expect.objectContaining({ before: 'paused', after: 'rolling-back', reason: 'the shop closes' }),
    }),
  );
  const summary = (await platform.call('GET', '/summary')).body;
  expect(summary).toMatchObject({ version: '4.2.12', partlyUpgraded: null });
  expect((await platform.call('POST', `/upgrades/${id}/rollback`, {})).body).toMatchObject({
    code: 'UPGRADE_STATE_ILLEGAL',
  });
}, 60_000);

it('takes back one that was aborted, whose evidence is then another', async () => {
  const before = await exportSite(platform);
  const id = await pausedAtLayer();
  await platform.call('POST', `/upgrades/${id}/abort`, { reason: 'late' });
  await platform.until(`/upgrades/${id}`, ended('aborted'));
  const { partlyUpgraded } = (await platform.call('GET', '/summary')).body;
  expect(partlyUpgraded).toMatchObject({ goBackBy: expect.stringContaining(`sealift upgrade rollback ${id}`) });
  const first = await evidenceOf(id);
  expect((await platform.call('POST', `/upgrades/${id}/rollback`, {})).status).toBe(202);
  await platform.until(`/upgrades/${id}`, ended('rolled-back'));
  expect(await exportSite(platform)).toEqual(before);
  const second = await evidenceOf(id);
  expect(second).toContain('rolled-back');
  expect(first).not.toContain('rolled-back');
}, 60_000);

it('is refused for one that another came after, with what helps', async () => {
  const id = await pausedAtLayer();
  await platform.call('POST', `/upgrades/${id}/abort`, { reason: 'late' });
  await platform.until(`/upgrades/${id}`, ended('aborted'));
  const later = await pausedAtLayer();
  const refused = await platform.call('POST', `/upgrades/${id}/rollback`, {});
  expect(refused).toMatchObject({ status: 423, body: { code: 'CONSOLE_LOCKED' } });
  await platform.call('POST', `/upgrades/${later}/abort`, { reason: 'late too' });
  await platform.until(`/upgrades/${later}`, ended('aborted'));
  expect(await platform.call('POST', `/upgrades/${id}/rollback`, {})).toMatchObject({
    status: 409,
    body: { code: 'UPGRADE_ROLLBACK_SHUT', detail: expect.stringContaining(later) },
  });
  const { rollback } = (await platform.call('GET', `/upgrades/${id}`)).body;
  expect(rollback).toMatchObject({ possible: false, shut: { step: null } });
  await platform.call('POST', `/upgrades/${later}/rollback`, {});
  await platform.until(`/upgrades/${later}`, ended('rolled-back'));
  expect((await exportSite(platform)).version).toBe('4.2.12');
}, 60_000);

it('goes back through the hops of a plan, from its second one to what ran before the first', async () => {
  await pushRelease(platform.registry(), {
    ...target,
    version: '4.3.0',
    upgradesFrom: '4.2.13',
    cniValues: 'mtu: 1500\n',
  });
  await platform.sync();
  const before = await exportSite(platform);
  await setFaults(platform, [{ call: 'layers', when: 'before', action: 'delay', delayMs: 200, times: 1000 }]);
  const id = await begin('4.3.0');
  await platform.until(`/upgrades/${id}`, isApplied('1-layer-cni-calico'));
  expect((await platform.call('POST', `/upgrades/${id}/pause`)).status).toBe(202);
  await setFaults(platform, []);
  const { rollback } = await platform.until(`/upgrades/${id}`, ended('paused'));
  expect(rollback.items.map(({ text }: { text: string }) => text)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/calico goes back from 4\.3\.0 to 4\.2\.13/),
      expect.stringMatching(/calico goes back from 4\.2\.13 to 4\.2\.12/),
    ]),
  );
  expect((await platform.call('POST', `/upgrades/${id}/rollback`, {})).status).toBe(202);
  await platform.until(`/upgrades/${id}`, ended('rolled-back'));
  expect(await exportSite(platform)).toEqual(before);
}, 60_000);

it('is known before Confirm to be impossible where what it needs is lost, and then not promised', async () => {
  const { layers } = (await platform.call('GET', '/profile')).body;
  const { digest } = layers.find(({ pack }: { pack: string }) => pack === 'calico');
  await rm(join(platform.folder, 'data', 'registry', 'blobs', 'sha256', digest.replace('sha256:', '')));
  const { id, preflight } = (await platform.call('POST', '/upgrades', { to: '4.2.13' })).body;
  const checkOf = (checks: { name: string }[]) => checks.find(({ name }) => name === 'way-back');
  expect(checkOf(preflight)).toMatchObject({ outcome: 'warn', detail: expect.stringContaining('calico 4.2.12') });
  await platform.call('PUT', `/upgrades/${id}/on-failure`, { onFailure: 'roll-back' });
  const after = (await platform.call('POST', `/upgrades/${id}/preflight`, {})).body;
  expect(checkOf(after.preflight)).toMatchObject({ outcome: 'block', remedy: expect.stringContaining('.bin again') });
}, 60_000);
