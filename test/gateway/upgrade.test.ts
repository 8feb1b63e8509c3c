import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAdopted } from '../../packages/server/src/testing/adopted-platform.ts';
import { GatewaySite } from './setup/gateway-site.ts';
import { gatewayExecutable } from './setup/gateway-executable.ts';

let site: GatewaySite;
const values = 'podCIDR: 192.168.0.0/16\n';

beforeAll(async () => {
  const executable = await gatewayExecutable('4.3.0');
  const platform = await startAdopted([
    { version: '4.2.13', kubernetes: '1.26.10', upgradesFrom: '4.2.12', cniValues: values },
    {
      version: '4.3.0',
      kubernetes: '1.27.4',
      upgradesFrom: '4.2.13',
      cniValues: values,
      gateway: { version: '4.3.0', minimum: '4.3.0', executable },
    },
  ]);
  site = GatewaySite.over(platform, await gatewayExecutable('4.2.0'));
}, 180_000);
afterAll(() => site?.stop(), 60_000);

it('a minor upgrade names the gateway that somebody holds, and begins with the gateways upgrading themselves', async () => {
  const { platform } = site;
  const gateway = await site.newGateway('hamburg-1', { site: 'hamburg' });
  const running = gateway.start();
  await site.until('hamburg-1', ({ seenAt }) => seenAt !== null);
  await platform.call('POST', '/gateways/pause', { paused: { level: 'site', name: 'hamburg' }, reason: 'a move' });
  const { body: draft } = await platform.call('POST', '/upgrades', { to: '4.3.0' });
  const kinds = draft.plan.hops[0].steps.map(({ kind }: { kind: string }) => kind);
  expect(kinds.slice(0, 3)).toEqual(['lock-console', 'backup', 'gateways']);

  const held = await platform.call('POST', `/upgrades/${draft.id}/preflight`);
  const check = held.body.preflight.find(({ name }: { name: string }) => name === 'gateways');
  expect(check).toMatchObject({
    outcome: 'block',
    detail: expect.stringContaining(
      'hamburg-1 runs 4.2.0, older than 4.3.0, and is paused for the site hamburg by admin',
    ),
    remedy: expect.stringContaining('sealift gateways resume --site hamburg'),
  });
  expect((await platform.call('POST', `/upgrades/${draft.id}/confirm`, { hash: held.body.hash })).status).toBe(409);

  await platform.call('POST', '/gateways/resume', { paused: { level: 'site', name: 'hamburg' } });
  const looked = await platform.call('POST', `/upgrades/${draft.id}/preflight`);
  expect(looked.body.blockers).toEqual([]);
  expect((await platform.call('POST', `/upgrades/${draft.id}/confirm`, { hash: looked.body.hash })).status).toBe(202);
  const ended = await platform.until(`/upgrades/${draft.id}`, ({ state }) => !['ready', 'running'].includes(state));
  expect([ended.state, ended.failure]).toEqual(['succeeded', null]);
  expect(await site.until('hamburg-1', () => true)).toMatchObject({ version: '4.3.0', state: 'current' });
  const { entries } = (await platform.call('GET', `/upgrades/${draft.id}/journal?after=0`)).body;
  const told = JSON.stringify(entries.filter(({ stepId }: { stepId: string }) => stepId === '0-gateways'));
  expect(told).toContain('hamburg-1 4.3.0');
  running.child.kill('SIGTERM');
}, 180_000);
