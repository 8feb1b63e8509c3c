import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startAdopted } from '../../testing/adopted-platform.ts';
import type { RunningPlatform } from '../../testing/running-platform.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const runs = '# pods\nmtu: 9000\n';
const edited = '# pods\nmtu: 8000\n';
const old = { version: '4.2.12', kubernetes: '1.26.8', upgradesFrom: '>=4.2.0 <4.2.12', cniValues: 'mtu: 1440\n' };
let platform: RunningPlatform;

beforeAll(async () => {
  platform = await startAdopted([old], runs);
});
afterAll(() => platform?.stop());

/** What the cluster runs, without when, and what is recorded of it. */
async function whole() {
  const state = JSON.parse(await readFile(join(platform.folder, 'simulator', 'state.json'), 'utf8'));
  const layers = state.layers
    .map((layer: Record<string, unknown>) => ({ ...layer, appliedAt: null }))
    .toSorted((a: { pack: string }, b: { pack: string }) => (a.pack < b.pack ? -1 : 1));
  const { version, layers: recorded } = (await platform.call('GET', '/profile')).body;
  return { layers, version, recorded };
}

async function faults(list: readonly object[]): Promise<void> {
  const answer = await fetch(`${platform.simulatorUrl}/v1/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(list),
  });
  expect(answer.ok).toBe(true);
}

/** Confirms new values. @returns the id of their upgrade */
async function apply(values: string): Promise<string> {
  const path = '/profile/layers/cni-calico';
  const { revision } = (await platform.call('GET', path)).body;
  const { id } = (await platform.call('POST', `${path}/values`, { values }, { 'if-match': `"${revision}"` })).body;
  const { hash, blockers } = (await platform.call('POST', `/upgrades/${id}/preflight`)).body;
  expect(blockers).toEqual([]);
  expect((await platform.call('POST', `/upgrades/${id}/confirm`, { hash })).status).toBe(202);
  return id;
}

/** Every call about layers takes a while, or is cut. */
const slow = [{ call: 'layers', when: 'before', action: 'delay', delayMs: 1000, times: 1000 }];
const away = [{ call: 'layers', when: 'before', action: 'drop', times: 1000 }];
const isIn = (state: string) => (body: { state: string }) => body.state === state;

it('takes new values back: values and objects are as they were, and it says so before and after', async () => {
  const before = await whole();
  await faults(slow);
  const id = await apply(edited);
  await expect.poll(async () => (await whole()).layers, { timeout: 90_000 }).not.toEqual(before.layers);
  // From here on it gets nowhere until it is to pause.
  await faults(away);
  expect((await platform.call('POST', `/upgrades/${id}/pause`)).status).toBe(202);
  await faults([]);
  await platform.until(`/upgrades/${id}`, isIn('paused'));
  const { rollback } = (await platform.call('GET', `/upgrades/${id}/rollback`)).body;
  expect(rollback).toMatchObject({ possible: true, shut: null });
  const undone = rollback.items.filter(({ does }: { does: string }) => does === 'undone');
  expect(undone).toHaveLength(1);
  expect(undone[0].text).toContain('calico');
  expect((await platform.call('POST', `/upgrades/${id}/rollback`, {})).status).toBe(202);
  await platform.until(`/upgrades/${id}`, isIn('rolled-back'));
  expect(await whole()).toEqual(before);
  const { body: summary } = await platform.call('GET', '/summary');
  expect(summary).toMatchObject({ version: '4.2.12', partlyUpgraded: null });
});

it('that cannot be applied are never said to run: it waits, is ended by a person, and goes back', async () => {
  const before = await whole();
  await faults(slow);
  const id = await apply(edited);
  await platform.until(`/upgrades/${id}`, ({ steps }) =>
    steps.some((step: { id: string; state: string }) => step.id === '0-layer-cni-calico' && step.state !== 'waiting'),
  );
  await faults(away);
  expect((await platform.call('POST', `/upgrades/${id}/abort`, { reason: 'the cluster takes nothing' })).status).toBe(
    202,
  );
  await faults([]);
  await platform.until(`/upgrades/${id}`, isIn('aborted'));
  // What was recorded as running is what runs; that this was ended early is said, and the way out of it.
  expect((await whole()).recorded).toEqual(before.recorded);
  const { partlyUpgraded } = (await platform.call('GET', '/summary')).body;
  expect(partlyUpgraded).toMatchObject({ goBackBy: expect.stringContaining(`sealift upgrade rollback ${id}`) });
  // What is said to be refused is.
  expect(partlyUpgraded.continueBy).toContain('refused until it is rolled back');
  const { revision } = (await platform.call('GET', '/profile/layers/cni-calico')).body;
  const again = { values: edited };
  const refused = await platform.call('POST', '/profile/layers/cni-calico/values', again, {
    'if-match': `"${revision}"`,
  });
  expect(refused.body).toMatchObject({ code: 'UPGRADE_NOT_LEGAL', detail: expect.stringContaining('roll it back') });
  const { entries } = (await platform.call('GET', '/profile/layers/cni-calico/history')).body;
  expect(entries[0]).toMatchObject({ upgrade: id, state: 'aborted', values: runs });
  expect((await platform.call('POST', `/upgrades/${id}/rollback`, {})).status).toBe(202);
  await platform.until(`/upgrades/${id}`, isIn('rolled-back'));
  expect(await whole()).toEqual(before);
  expect((await platform.call('GET', '/summary')).body.partlyUpgraded).toBeNull();
});
