import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAdopted } from '../../testing/adopted-platform.ts';
import type { RunningPlatform } from '../../testing/running-platform.ts';

const cniValues = 'mtu: 1440\n';
const old = { version: '4.2.12', kubernetes: '1.36.3', upgradesFrom: '>=4.2.0 <4.2.12', cniValues };
const minor = { version: '4.2.13', kubernetes: '1.37.2', upgradesFrom: '>=4.2.0 <4.2.13', cniValues };
const patch = { version: '4.2.14', kubernetes: '1.36.4', upgradesFrom: '>=4.2.0 <4.2.14', cniValues };
let platform: RunningPlatform;

beforeAll(async () => {
  platform = await startAdopted([old, minor, patch]);
}, 180_000);
afterAll(() => platform?.stop());

async function controlPlane() {
  const { groups } = JSON.parse(await readFile(join(platform.folder, 'simulator', 'state.json'), 'utf8'));
  const { desired, machines } = groups['control-plane'];
  return { desired, versions: [...new Set(machines.map(({ version }: { version: string }) => version))] };
}

/** Starts and confirms it, and waits until only a person is waited for. */
async function baked(): Promise<string> {
  const { body: draft } = await platform.call('POST', '/upgrades', { to: '4.2.13', reversible: true });
  expect(draft).toMatchObject({ blockers: [], finalise: { stage: 'not-yet', by: null } });
  expect(draft.preflight).toContainEqual(expect.objectContaining({ name: 'reversible', outcome: 'pass' }));
  const early = await platform.call('POST', `/upgrades/${draft.id}/finalise`);
  expect(early).toMatchObject({ status: 409, body: { code: 'UPGRADE_NOT_FINALISABLE' } });
  expect((await platform.call('POST', `/upgrades/${draft.id}/confirm`, { hash: draft.hash })).status).toBe(202);
  await platform.until(`/upgrades/${draft.id}`, ({ waitingFor }) => /has to finalise/.test(waitingFor?.what ?? ''));
  return draft.id;
}

it('is offered where it goes exactly one minor further, and refused elsewhere', async () => {
  const { body } = await platform.call('GET', '/updates');
  const offered = body.available.map(({ version, reversible }: Record<string, unknown>) => [version, reversible]);
  expect(Object.fromEntries(offered)).toMatchObject({ '4.2.13': true, '4.2.14': false });
  const refused = await platform.call('POST', '/upgrades', { to: '4.2.14', reversible: true });
  expect(refused).toMatchObject({ status: 409, body: { code: 'REVERSIBLE_NOT_OFFERED' } });
  const plain = (await platform.call('POST', '/upgrades', { to: '4.2.13' })).body;
  const reversible = (await platform.call('POST', '/upgrades', { to: '4.2.13', reversible: true })).body;
  expect(plain).toMatchObject({ finalise: null });
  expect(reversible.id).not.toBe(plain.id);
  expect(reversible.hash).not.toBe(plain.hash);
}, 60_000);

it('waits while it serves the old minor, goes back with one rollout, forward again, and to its end once finalised', async () => {
  const first = await baked();
  expect(await controlPlane()).toMatchObject({
    desired: { version: '1.37.2', stage: { emulates: '1.36', pinsEtcd: true } },
    versions: ['1.37.2'],
  });
  expect((await platform.call('GET', `/upgrades/${first}`)).body).toMatchObject({
    finalise: { stage: 'waits', by: null },
    rollback: { possible: true },
  });
  await platform.call('POST', `/upgrades/${first}/pause`);
  expect((await platform.call('POST', `/upgrades/${first}/rollback`, {})).status).toBe(202);
  await platform.until(`/upgrades/${first}`, ({ state }) => state === 'rolled-back');
  expect(await controlPlane()).toMatchObject({ desired: { version: '1.36.3' }, versions: ['1.36.3'] });
  expect((await platform.call('POST', `/upgrades/${first}/finalise`)).body).toMatchObject({
    code: 'UPGRADE_NOT_FINALISABLE',
  });

  const second = await baked();
  for (let time = 0; time < 2; time += 1) {
    expect((await platform.call('POST', `/upgrades/${second}/finalise`)).status).toBe(202);
  }
  const done = await platform.until(`/upgrades/${second}`, ({ state }) => state === 'succeeded');
  expect(done).toMatchObject({ finalise: { stage: 'begun', by: 'admin' } });
  expect(await controlPlane()).toMatchObject({
    desired: { version: '1.37.2', stage: { emulates: null, pinsEtcd: false } },
    versions: ['1.37.2'],
  });
  const { entries } = (await platform.call('GET', '/audit')).body;
  expect(entries.filter(({ action }: { action: string }) => action === 'upgrade.finalise')).toHaveLength(1);
}, 120_000);
