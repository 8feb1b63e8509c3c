import type { Release } from '@sealift/core/release';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startAdopted } from '../../testing/adopted-platform.ts';
import type { RunningPlatform } from '../../testing/running-platform.ts';
import { setFaults } from '../../testing/simulated-site.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const path = '/profile/layers/cni-calico';
let platform: RunningPlatform;

beforeAll(async () => {
  const alter = ({ spec, ...release }: Release): Release => ({
    ...release,
    spec: { ...spec, steps: { 'layer-cni-calico': { rollback: 'one-way' } } },
  });
  const release = { version: '4.2.12', kubernetes: '1.26.8', upgradesFrom: '4.2.11', cniValues: 'mtu: 1440\n', alter };
  platform = await startAdopted([release], 'mtu: 9000\n');
});
afterAll(() => platform?.stop());

/** Confirms new values. @returns the id of their upgrade */
async function apply(values: string): Promise<string> {
  const { revision } = (await platform.call('GET', path)).body;
  const draft = await platform.call('POST', `${path}/values`, { values }, { 'if-match': `"${revision}"` });
  expect(draft).toMatchObject({ status: 201 });
  const { id } = draft.body;
  const { hash, blockers } = (await platform.call('POST', `/upgrades/${id}/preflight`)).body;
  expect(blockers).toEqual([]);
  expect((await platform.call('POST', `/upgrades/${id}/confirm`, { hash })).status).toBe(202);
  return id;
}

it.each([
  ['those that are recorded', 'mtu: 9000\n'],
  ['others', 'mtu: 7000\n'],
])('values that were ended early and cannot go back are followed by %s, as the Summary says', async (_, wanted) => {
  await setFaults(platform, [{ call: 'layers', when: 'before', action: 'delay', delayMs: 1000, times: 1000 }]);
  const id = await apply('mtu: 8000\n');
  await platform.until(`/upgrades/${id}`, ({ steps }) =>
    steps.some((step: { id: string; state: string }) => step.id === '0-layer-cni-calico' && step.state !== 'waiting'),
  );
  await setFaults(platform, [{ call: 'layers', when: 'before', action: 'drop', times: 1000 }]);
  expect((await platform.call('POST', `/upgrades/${id}/abort`, { reason: 'enough' })).status).toBe(202);
  await setFaults(platform, []);
  await platform.until(`/upgrades/${id}`, ({ state }) => state === 'aborted');
  const { partlyUpgraded } = (await platform.call('GET', '/summary')).body;
  expect(partlyUpgraded).toMatchObject({
    continueBy: expect.stringContaining('Apply the values again, or others'),
    goBackBy: expect.stringMatching(/^It cannot be rolled back: .* apply those again, on the page Profile/),
  });
  const changes = async (values: string) => (await platform.call('POST', `${path}/check`, { values })).body.changes;
  expect([await changes('mtu: 9000\n'), await changes('mtu: 7000\n')]).toEqual([true, true]);

  const next = await apply(wanted);
  const ended = await platform.until(`/upgrades/${next}`, ({ state }) => !['ready', 'running'].includes(state));
  expect([ended.state, ended.failure]).toEqual(['succeeded', null]);
  expect((await platform.call('GET', path)).body).toMatchObject({ values: wanted });
  expect((await platform.call('GET', '/summary')).body.partlyUpgraded).toBeNull();
});
