import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startAdopted } from '../../testing/adopted-platform.ts';
import type { RunningPlatform } from '../../testing/running-platform.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const defaults = '# pods\npodCIDR: 192.168.0.0/16\nmtu: 1440\n';
const runs = '# pods\npodCIDR: 10.20.0.0/16\nmtu: 9000\n';
const edited = '# pods\npodCIDR: 10.20.0.0/16\nmtu: 8000\n';
const schema = JSON.stringify({
  type: 'object',
  properties: { mtu: { type: 'integer', maximum: 9000, description: 'Largest packet' } },
});
const old = {
  version: '4.2.12',
  kubernetes: '1.26.8',
  upgradesFrom: '>=4.2.0 <4.2.12',
  cniValues: defaults,
  cniFiles: { 'values.schema.json': schema },
};
const path = '/profile/layers/cni-calico';
const seen = (revision: number) => ({ 'if-match': `"${revision}"` });

let platform: RunningPlatform;
let revision: number;
beforeAll(async () => {
  platform = await startAdopted([old], runs);
});
afterAll(() => platform.stop());

/** One story, told in order. */
describe('new values for a layer', () => {
  it('are written beside what runs and what the pack says of them', async () => {
    const { body } = await platform.call('GET', path);
    expect(body).toMatchObject({ pack: 'calico', values: runs, defaults, jsonSchema: schema, schemaMissing: null });
    ({ revision } = body);
    expect((await platform.call('GET', '/profile/layers/cni-none')).body).toMatchObject({ code: 'NOT_FOUND' });
    expect((await platform.call('GET', `${path}/history`)).body).toEqual({ entries: [], next: null });
  });

  it.each([
    ['mtu: 9001\n', 'schema', 1],
    ['# pods\nmtu: many\n', 'schema', 2],
    ['a: 1\nb: [\n', 'yaml', null],
  ])('are held against the pack, at their lines: %j', async (values, kind, line) => {
    const { status, body } = await platform.call('POST', `${path}/check`, { values });
    expect(status).toBe(200);
    expect(body.problems[0]).toMatchObject({ kind, severity: 'block', ...(line === null ? {} : { line }) });
    expect(body.changes).toBe(true);
  });

  it('that run already, are no YAML, or were written for another profile make no draft', async () => {
    const ask = (values: string, headers = seen(revision)) =>
      platform.call('POST', `${path}/values`, { values }, headers);
    expect((await ask(runs)).body).toMatchObject({ code: 'INPUT_INVALID', place: 'body.values' });
    expect((await ask('a: [')).body).toMatchObject({ code: 'MERGE_YAML_INVALID' });
    expect((await ask(edited, seen(revision + 1))).body).toMatchObject({ code: 'RECORD_CHANGED' });
    expect((await platform.call('GET', '/upgrades')).body.upgrades).toEqual([]);
  });

  let id: string;
  let hash: string;
  it('are a draft of an upgrade that stays at the release, and changes that layer alone', async () => {
    const { status, body } = await platform.call('POST', `${path}/values`, { values: edited }, seen(revision));
    expect(status).toBe(201);
    expect(body).toMatchObject({ state: 'draft', from: '4.2.12', to: '4.2.12' });
    expect(body.layers.map(({ id: layer, state }: Record<string, string>) => `${layer} ${state}`)).toEqual([
      'os-ubuntu unchanged',
      'k8s-kubernetes unchanged',
      'cni-calico edited',
    ]);
    const steps = body.plan.hops[0].steps.map(({ title }: { title: string }) => title);
    expect(steps).toContain(`Apply the new values of calico 4.2.12 (cni)`);
    expect(steps.filter((title: string) => title.startsWith('Apply'))).toHaveLength(1);
    ({ id } = body);
  });

  it('can be edited again, and those of other layers join them', async () => {
    const again = await platform.call(
      'POST',
      `${path}/values`,
      { values: edited.replace('8000', '9001') },
      seen(revision),
    );
    expect([again.status, again.body.id]).toEqual([200, id]);
    const looked = await platform.call('POST', `/upgrades/${id}/preflight`);
    expect(looked.body.blockers.join()).toContain('mtu');
    await platform.call('POST', `${path}/values`, { values: edited }, seen(revision));
    const kubernetes = { values: 'pack:\n  serviceClusterIpRange: 10.96.0.0/12\nmore: true\n' };
    await platform.call('POST', '/profile/layers/k8s-kubernetes/values', kubernetes, seen(revision));
    const both = await platform.call('GET', `/upgrades/${id}`);
    expect(both.body.layers.filter(({ state }: { state: string }) => state === 'edited')).toHaveLength(2);
    await platform.call('DELETE', `/upgrades/${id}/layers/k8s-kubernetes/text`);
  });

  it('are applied by the engine once they are confirmed, and recorded', async () => {
    const looked = await platform.call('POST', `/upgrades/${id}/preflight`);
    expect(looked.body.blockers).toEqual([]);
    ({ hash } = looked.body);
    expect((await platform.call('POST', `/upgrades/${id}/confirm`, { hash })).status).toBe(202);
    await platform.until(`/upgrades/${id}`, ({ state }) => state === 'succeeded');
    const profile = (await platform.call('GET', '/profile')).body;
    expect(profile.version).toBe('4.2.12');
    expect(profile.layers[2]).toMatchObject({ baseValues: defaults, currentValues: edited });
    const cluster = (await platform.call('GET', '/cluster/layers')).body;
    expect(JSON.stringify(cluster)).not.toContain('differ');
    const now = (await platform.call('GET', path)).body;
    expect(now).toMatchObject({ values: edited, revision: revision + 1 });
  });

  it('leave those of before in the history', async () => {
    const { entries, next } = (await platform.call('GET', `${path}/history`)).body;
    expect(entries).toMatchObject([{ upgrade: id, from: '4.2.12', to: '4.2.12', values: runs, confirmedBy: 'admin' }]);
    expect(next).toBeNull();
    const odd = await platform.call('GET', `${path}/history?after=x`);
    expect(odd.body).toMatchObject({ code: 'INPUT_INVALID', place: 'querystring.after' });
  });

  it('can be those of before again', async () => {
    const back = await platform.call('POST', `${path}/values`, { values: runs }, seen(revision + 1));
    expect(back).toMatchObject({ status: 201, body: { from: '4.2.12', to: '4.2.12' } });
    expect(back.body.id).not.toBe(id);
    const { hash: next } = (await platform.call('POST', `/upgrades/${back.body.id}/preflight`)).body;
    await platform.call('POST', `/upgrades/${back.body.id}/confirm`, { hash: next });
    await platform.until(`/upgrades/${back.body.id}`, ({ state }) => state === 'succeeded');
    expect((await platform.call('GET', path)).body.values).toBe(runs);
    const { entries } = (await platform.call('GET', `${path}/history`)).body;
    expect(entries.map(({ values }: { values: string }) => values)).toEqual([edited, runs]);
  });
});
