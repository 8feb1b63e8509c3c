import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { problemSchema, SealiftError } from '@sealift/core/errors';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readCallLog } from './call-log.ts';
import { connectSimulator } from './client.ts';
import { startSimulator } from './process.ts';
import { type InitialCluster, sampleCluster } from './state.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const ova = randomBytes(300_000);
const sha256 = createHash('sha256').update(ova).digest('hex');
const never = new AbortController().signal;
const description = { name: 'r_new', sha256, kubernetes: '1.26.10', sizeBytes: ova.length };
const whole = async () => Readable.from([ova.subarray(0, 100_000), ova.subarray(100_000)]);

async function started(initial: InitialCluster = sampleCluster) {
  const stateDir = await temporaryFolder();
  const simulator = await startSimulator({ stateDir, speed: 100, initial });
  onTestFinished(() => simulator.close());
  const setFaults = async (...faults: unknown[]) => {
    const headers = { 'content-type': 'application/json' };
    await fetch(`${simulator.url}/v1/faults`, { method: 'PUT', headers, body: JSON.stringify(faults) });
  };
  return { simulator, stateDir, setFaults, ...connectSimulator(simulator.url) };
}

describe('importing a template', () => {
  test('streams the OVA and leaves a template of that name', async () => {
    const { vcenter, simulator } = await started();
    expect(await vcenter.findTemplate('r_new', never)).toBeNull();
    await vcenter.importTemplate({ ...description, ova: whole }, never);
    const found = await vcenter.findTemplate('r_new', never);
    expect(found).toEqual({ name: 'r_new', sha256, kubernetes: '1.26.10', poweredOn: false, marked: true });
    const [line] = (await readCallLog(simulator.callLog)).filter(({ effect }) => effect);
    expect(line).toMatchObject({ call: 'importTemplate', parameters: description });
  });

  test('sends nothing when the same template is there', async () => {
    const { vcenter, simulator } = await started();
    await vcenter.importTemplate({ ...description, ova: whole }, never);
    let opened = 0;
    const counted = async () => {
      opened += 1;
      return whole();
    };
    await vcenter.importTemplate({ ...description, ova: counted }, never);
    expect(opened).toBe(0);
    expect((await readCallLog(simulator.callLog)).filter(({ effect }) => effect)).toHaveLength(1);
  });

  test('that is cut leaves nothing visible and nothing on disk', async () => {
    const { vcenter, stateDir } = await started();
    const cut = async () => {
      async function* half() {
        yield ova.subarray(0, 100_000);
        throw new Error('the line was cut');
      }
      return Readable.from(half());
    };
    await expect(vcenter.importTemplate({ ...description, ova: cut }, never)).rejects.toMatchObject({
      code: 'SIMULATOR_UNREACHABLE',
    });
    expect(await vcenter.findTemplate('r_new', never)).toBeNull();
    await expect.poll(() => readdir(join(stateDir, 'datastore')), { timeout: 10_000 }).toEqual([]);
  });

  test('can be cancelled in the middle', async () => {
    const { vcenter, stateDir } = await started();
    const stop = new AbortController();
    const reason = new Error('paused');
    const endless = async () =>
      new Readable({
        read() {
          this.push(ova.subarray(0, 1000));
          stop.abort(reason);
        },
      });
    await expect(vcenter.importTemplate({ ...description, ova: endless }, stop.signal)).rejects.toBe(reason);
    expect(await vcenter.findTemplate('r_new', never)).toBeNull();
    await expect.poll(() => readdir(join(stateDir, 'datastore')), { timeout: 10_000 }).toEqual([]);
  });

  test('with other bytes than announced is refused', async () => {
    const { vcenter, stateDir } = await started();
    const other = async () => Readable.from([Buffer.alloc(ova.length)]);
    await expect(vcenter.importTemplate({ ...description, ova: other }, never)).rejects.toMatchObject({
      code: 'SIMULATOR_REFUSED',
      message: expect.stringContaining(`announced was ${sha256}`),
    });
    const short = vcenter.importTemplate({ ...description, sizeBytes: 10, ova: whole }, never);
    await expect(short).rejects.toBeInstanceOf(SealiftError);
    expect(await vcenter.findTemplate('r_new', never)).toBeNull();
    await expect.poll(() => readdir(join(stateDir, 'datastore')), { timeout: 10_000 }).toEqual([]);
  });

  test('under a name that holds something else is refused with what is there', async () => {
    const { vcenter } = await started();
    const taken = vcenter.importTemplate({ ...description, name: 'r_u-2204-0-k-1268-0', ova: whole }, never);
    await expect(taken).rejects.toThrow('has a template r_u-2204-0-k-1268-0 already');
  });

  test('fails with the error of the bytes where they fail', async () => {
    const { vcenter } = await started();
    const failure = new SealiftError('FILE_UNREADABLE', { values: { path: 'x', reason: 'y' } });
    const broken = async () =>
      new Readable({
        read() {
          this.destroy(failure);
        },
      });
    await expect(vcenter.importTemplate({ ...description, ova: broken }, never)).rejects.toBe(failure);
  });
});

describe('the cluster over HTTP', () => {
  test('rolls and reports', async () => {
    const { cluster, vcenter } = await started();
    await vcenter.importTemplate({ ...description, ova: whole }, never);
    const desired = { version: '1.26.10', template: 'r_new' };
    await cluster.setRollout('control-plane', desired, never);
    await expect
      .poll(() => cluster.rollout('control-plane', never), { timeout: 10_000 })
      .toMatchObject({ wait: null, updated: 3, desired });
    const nodes = await cluster.nodes(never);
    expect(nodes).toHaveLength(6);
    expect(nodes.filter(({ role }) => role === 'control-plane').every(({ version }) => version === '1.26.10')).toBe(
      true,
    );
  });

  test('applies and removes layers', async () => {
    const { cluster } = await started();
    const values = '# ü 日本\na: 1\n';
    const valuesHash = createHash('sha256').update(values).digest('hex');
    const digest = `sha256:${'a'.repeat(64)}`;
    const layer = { layer: 'addon', pack: 'platform', version: '4.2.13', digest, valuesHash } as const;
    await cluster.applyLayer({ ...layer, values, profile: new Map(), release: digest }, never);
    await expect.poll(() => cluster.layers(never), { timeout: 10_000 }).toMatchObject([{ ...layer, wait: null }]);
    await cluster.removeLayer(layer, never);
    expect(await cluster.layers(never)).toEqual([]);
  });

  test('a dropped connection is a failure that passes, and the effect took place once', async () => {
    const { cluster, simulator, setFaults } = await started();
    await setFaults({ call: 'setRollout', when: 'after', action: 'drop' });
    const desired = { version: '1.26.9', template: 'r_x' };
    const dropped = cluster.setRollout('workers', desired, never);
    await expect(dropped).rejects.toMatchObject({ code: 'SIMULATOR_UNREACHABLE', next: 'retry' });
    await cluster.setRollout('workers', desired, never);
    expect((await readCallLog(simulator.callLog)).filter(({ effect }) => effect)).toHaveLength(1);
  });

  test('a call that is cancelled while it waits ends at once', async () => {
    const { cluster, setFaults } = await started();
    await setFaults({ call: 'nodes', when: 'before', action: 'delay', delayMs: 60_000 });
    const stop = new AbortController();
    const waiting = cluster.nodes(stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('a caller that dies %s the effect leaves %i of it', async (when, count) => {
    const { cluster, simulator, setFaults } = await started();
    await setFaults({ call: 'setRollout', when, action: 'delay', delayMs: 60_000 });
    const dying = new AbortController();
    const call = cluster.setRollout('workers', { version: '1.26.9', template: 'r_x' }, dying.signal);
    const pending = async (): Promise<unknown> => (await fetch(`${simulator.url}/v1/faults`)).json();
    await expect.poll(pending, { timeout: 10_000 }).toEqual({ pending: [] });
    dying.abort(new Error('dead'));
    await expect(call).rejects.toThrow('dead');
    await cluster.nodes(never);
    const effects = (await readCallLog(simulator.callLog)).filter(({ effect }) => effect);
    expect(effects).toHaveLength(count);
  });

  test('that is not there is a failure that passes', async () => {
    const { cluster } = connectSimulator('http://127.0.0.1:1');
    await expect(cluster.nodes(never)).rejects.toMatchObject({ code: 'SIMULATOR_UNREACHABLE', next: 'retry' });
  });
});

describe('bad input', () => {
  const digits = 'a'.repeat(64);
  const json = { 'content-type': 'application/json' };
  const cases: [string, string, RequestInit][] = [
    ['an unknown path', '/v1/nothing', {}],
    ['an unknown method', '/v1/cluster/nodes', { method: 'POST' }],
    ['an unknown group', '/v1/cluster/rollouts/etcd', {}],
    ['a path that is not validly escaped', '/v1/vcenter/templates/%ff', {}],
    ['a template name that leaves the folder', '/v1/vcenter/templates/..%2f..%2fstate', {}],
    ['no JSON', '/v1/cluster/rollouts/workers', { method: 'PUT', headers: json, body: '{' }],
    ['another media type', '/v1/cluster/rollouts/workers', { method: 'PUT', body: '{}' }],
    ['missing fields', '/v1/cluster/rollouts/workers', { method: 'PUT', headers: json, body: '{}' }],
    [
      'unknown fields',
      '/v1/cluster/rollouts/workers',
      { method: 'PUT', headers: json, body: '{"version":"1.26.9","template":"r","force":true}' },
    ],
    [
      'a prototype key',
      '/v1/cluster/layers',
      { method: 'PUT', headers: json, body: '{"__proto__":{"layer":"cni"},"pack":"x"}' },
    ],
    [
      'an import without a size',
      `/v1/vcenter/templates/r?sha256=${digits}&kubernetes=1.26.9`,
      { method: 'PUT', body: 'x' },
    ],
    [
      'an import of a negative size',
      `/v1/vcenter/templates/r?sha256=${digits}&kubernetes=1.26.9&sizeBytes=-1`,
      { method: 'PUT', body: 'x' },
    ],
  ];

  test.each(cases)('%s is refused with problem details and changes nothing', async (_, path, init) => {
    const { simulator } = await started();
    const answer = await fetch(simulator.url + path, init);
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
    expect(problemSchema.parse(await answer.json())).toMatchObject({ code: 'SIMULATOR_REFUSED' });
    expect((await readCallLog(simulator.callLog)).filter(({ effect }) => effect)).toEqual([]);
  });

  test('a body over the limit is refused while it arrives', async () => {
    const { simulator, cluster } = await started();
    const answer = await fetch(`${simulator.url}/v1/cluster/layers`, {
      method: 'PUT',
      headers: json,
      body: Buffer.alloc(17 * 1024 * 1024, 'a'),
    }).catch(() => null);
    // A refusal in the middle of an upload may reach the sender as a reset.
    if (answer !== null) expect(answer.status).toBe(413);
    expect(await cluster.layers(never)).toEqual([]);
  });

  test('a request for another host is refused', async () => {
    const { simulator } = await started();
    const status = await new Promise((resolve, reject) => {
      const asked = request(`${simulator.url}/v1/cluster/nodes`, { headers: { host: 'evil.example' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.once('error', reject).end();
    });
    expect(status).toBe(422);
  });
});

describe('starting', () => {
  test('on an address of the network is refused', async () => {
    const stateDir = await temporaryFolder();
    await expect(startSimulator({ stateDir, host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'SIMULATOR_CANNOT_LISTEN',
    });
  });

  test('twice on one state folder is refused, and possible again after the first has ended', async () => {
    const stateDir = await temporaryFolder();
    const first = await startSimulator({ stateDir });
    await expect(startSimulator({ stateDir })).rejects.toMatchObject({ code: 'SIMULATOR_STATE_IN_USE' });
    await first.close();
    await (await startSimulator({ stateDir })).close();
  });
});

test('a storage identity that is shared is repaired once, and the volumes keep the new id', async () => {
  const shared = { clusterId: 'mgmt/cluster', sharedWith: ['another site'] };
  const { storage, simulator } = await started({ ...sampleCluster, storage: shared });
  expect(await storage.identity(never)).toEqual({
    clusterId: 'mgmt/cluster',
    unique: false,
    message: 'mgmt/cluster is also used by another site',
  });
  await storage.repairIdentity(never);
  const repaired = await storage.identity(never);
  expect(repaired).toMatchObject({ unique: true, clusterId: expect.stringMatching(/^[0-9a-f-]{36}\/cluster$/) });
  await storage.repairIdentity(never);
  expect(await storage.identity(never)).toEqual(repaired);
  expect((await readCallLog(simulator.callLog)).filter(({ effect }) => effect)).toHaveLength(1);
});

test('marking a VM that is not there is refused', async () => {
  const { vcenter } = await started();
  await expect(vcenter.markTemplate('r_none', never)).rejects.toMatchObject({ code: 'SIMULATOR_REFUSED' });
  await vcenter.markTemplate('r_u-2204-0-k-1268-0', never);
});

test('machines are replaced for other settings of kubeadm alone, and stay while nobody asks about them', async () => {
  const { cluster } = await started();
  const settings = (profiling: string) => {
    const values = `kubeadmconfig:\n  apiServer:\n    extraArgs: { profiling: "${profiling}" }\n`;
    return [{ layer: 'k8s', pack: 'kubernetes', values } as const];
  };
  const names = async () => (await cluster.nodes(never)).map(({ name }) => name);
  const before = await names();
  const { desired } = await cluster.rollout('control-plane', never);
  await cluster.setRollout('control-plane', desired, never, settings('false'));
  expect(await cluster.rollout('control-plane', never, settings('true'))).toMatchObject({ setup: 'other' });
  await expect
    .poll(() => cluster.rollout('control-plane', never, settings('false')), { interval: 5, timeout: 20_000 })
    .toEqual({ desired, updated: 3, total: 3, wait: null, setup: 'asked' });
  const after = await names();
  expect(after.filter((name) => before.includes(name))).toHaveLength(3);
  await cluster.setRollout('control-plane', desired, never);
  expect(await cluster.rollout('control-plane', never, settings('false'))).toMatchObject({
    wait: null,
    setup: 'asked',
  });
});
