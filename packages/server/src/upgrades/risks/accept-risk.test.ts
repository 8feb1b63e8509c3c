import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { pushRelease } from '../../testing/push-release.ts';
import { RunningPlatform } from '../../testing/running-platform.ts';

const values = 'podCIDR: 192.168.0.0/16\nmtu: 1440\n';
const from = '>=4.2.0 <4.2.13';
const sketch = { kubernetes: '1.26.8', upgradesFrom: from, cniValues: values };
const risk = { name: 'SlowDisks', severity: 'high', text: 'Disks are slower until all nodes are new.' } as const;
const reason = 'nobody writes at night';
let platform: RunningPlatform;
let id = '';

beforeAll(async () => {
  platform = await RunningPlatform.start();
  const installed = await pushRelease(platform.registry(), { ...sketch, version: '4.2.12' });
  await pushRelease(platform.registry(), {
    ...sketch,
    version: '4.2.13',
    alter: (release) => ({ ...release, spec: { ...release.spec, upgradesFrom: [{ range: from, risk }] } }),
  });
  await platform.sync();
  await platform.call('POST', '/platform/adopt', { version: '4.2.12' });
  const { body } = await platform.call('GET', '/profile');
  const layers: readonly { readonly pack: string; readonly currentValues: string }[] = body.layers;
  await platform.connectCluster(
    installed.release,
    Object.fromEntries(layers.map(({ pack, currentValues }) => [pack, currentValues])),
  );
  id = (await platform.call('POST', '/upgrades', { to: '4.2.13' })).body.id;
}, 60_000);
afterAll(() => platform.stop());
// The clock of the console, which runs in this process.
afterEach(() => vi.useRealTimers());

const upgrade = async () => (await platform.call('GET', `/upgrades/${id}`)).body;
const accept = (body: object, check = 'risks') => platform.call('PUT', `/upgrades/${id}/risks/${check}`, body);
const confirm = (hash: string) => platform.call('POST', `/upgrades/${id}/confirm`, { hash });
const good = { reason, objects: [risk.name] };

it('a risk that the release declares blocks, and says what accepting it would mean', async () => {
  const { preflight, blockers, hash } = await upgrade();
  const found = preflight.find(({ name }: { name: string }) => name === 'risks');
  expect(found).toMatchObject({ outcome: 'block', risk: { consequence: risk.text, objects: [risk.name] } });
  expect(blockers).toEqual([expect.stringContaining(risk.name)]);
  expect((await confirm(hash)).body).toMatchObject({ code: 'UPGRADE_BLOCKED' });
});

it.each([
  ['without a reason', { ...good, reason: '  ' }, 'risks', 'INPUT_INVALID'],
  ['for other objects than are found', { ...good, objects: ['FastDisks'] }, 'risks', 'UPGRADE_CHANGED'],
  [
    'until yesterday',
    { ...good, expiresAt: new Date(Date.now() - 86_400_000).toISOString() },
    'risks',
    'INPUT_INVALID',
  ],
  [
    'for a year',
    { ...good, expiresAt: new Date(Date.now() + 365 * 86_400_000).toISOString() },
    'risks',
    'INPUT_INVALID',
  ],
  ['of a check that passes', good, 'nodes-ready', 'RISK_NOT_ACCEPTABLE'],
  ['of a check that there is not', good, 'all', 'RISK_NOT_ACCEPTABLE'],
])('is not accepted %s', async (_, body, check, code) => {
  const before = await upgrade();
  expect((await accept(body, check)).body).toMatchObject({ code });
  expect(await upgrade()).toEqual(before);
});

it('accepted it lets the upgrade be confirmed, under another hash; withdrawn it blocks again', async () => {
  const before = await upgrade();
  const accepted = (await accept(good)).body;
  expect(accepted).toMatchObject({ blockers: [], risks: [{ check: 'risks', by: 'admin', reason, covers: true }] });
  expect(accepted.hash).not.toBe(before.hash);
  expect((await confirm(before.hash)).body).toMatchObject({ code: 'UPGRADE_CHANGED' });
  const withdrawn = (await platform.call('DELETE', `/upgrades/${id}/risks/risks`)).body;
  expect(withdrawn).toMatchObject({ hash: before.hash, risks: [], blockers: before.blockers });
  expect((await confirm(accepted.hash)).body).toMatchObject({ code: 'UPGRADE_CHANGED' });
  expect((await platform.call('DELETE', `/upgrades/${id}/risks/risks`)).body).toMatchObject({ code: 'NOT_FOUND' });
});

it('counts no more when Confirm is pressed after its end, though what was seen was before it', async () => {
  const hourMs = 3_600_000;
  const expiresAt = new Date(Date.now() + hourMs).toISOString();
  const seen = (await accept({ ...good, expiresAt })).body;
  expect(seen).toMatchObject({ blockers: [], risks: [{ expiresAt, covers: true }] });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * hourMs });
  expect((await confirm(seen.hash)).body).toMatchObject({ code: 'UPGRADE_CHANGED' });
  const after = await upgrade();
  expect(after).toMatchObject({ state: 'draft', risks: [{ expiresAt, covers: false }] });
  expect(after.blockers).toEqual([expect.stringContaining(risk.name)]);
  expect((await confirm(after.hash)).body).toMatchObject({ code: 'UPGRADE_BLOCKED' });
  // It is accepted anew, in the place of what has ended.
  const again = new Date(Date.now() + hourMs).toISOString();
  expect((await accept({ ...good, expiresAt: again })).body).toMatchObject({ blockers: [], risks: [{ covers: true }] });
  await platform.call('DELETE', `/upgrades/${id}/risks/risks`);
});

it('confirmed with it the upgrade keeps who accepted what, and nothing is accepted afterwards', async () => {
  const { hash } = (await accept(good)).body;
  expect((await confirm(hash)).status).toBe(202);
  expect((await accept(good)).body.code).toMatch(/^(?:CONSOLE_LOCKED|UPGRADE_NOT_DRAFT)$/);
  await platform.until(`/upgrades/${id}`, ({ state }) => state === 'succeeded');
  expect((await upgrade()).risks).toMatchObject([{ check: 'risks', by: 'admin', reason, covers: true }]);
  expect((await accept(good)).body).toMatchObject({ code: 'UPGRADE_NOT_DRAFT' });
  const { entries } = (await platform.call('GET', '/audit')).body;
  const deeds = entries.map(({ action }: { action: string }) => action);
  expect(deeds.filter((action: string) => action.endsWith('-risk'))).toEqual([
    'upgrade.accept-risk',
    'upgrade.withdraw-risk',
    'upgrade.accept-risk',
    'upgrade.accept-risk',
    'upgrade.withdraw-risk',
    'upgrade.accept-risk',
  ]);
  const confirmed = entries.find(({ action }: { action: string }) => action === 'upgrade.confirm');
  expect(confirmed.details.risks).toEqual([{ check: 'risks', by: 'admin', reason }]);
});
