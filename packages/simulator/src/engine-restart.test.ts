import { Engine } from '@sealift/upgrade/engine';
import { MemoryStore } from '@sealift/testkit/upgrade/memory-store';
import { sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import { World } from '@sealift/testkit/upgrade/world';
import { expect, onTestFinished, test } from 'vitest';
import { readCallLog } from './call-log.ts';
import { connectSimulator } from './client.ts';
import type { Fault } from './faults.ts';
import { SimulatorProcess } from './testing/simulator-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const legacy = {
  layer: 'addon',
  pack: 'legacy',
  version: '1.0.0',
  digest: `sha256:${'b'.repeat(64)}`,
  valuesHash: 'b'.repeat(64),
} as const;
const setters = ['importTemplate', 'setRollout', 'setRollout', 'applyLayer', 'applyLayer', 'removeLayer'];

/** The engine's upgrade over HTTP while the simulator dies at each fault and is started again on its state. */
async function upgradeThrough(faults: readonly Fault[]) {
  const stateDir = await temporaryFolder();
  const initial = { kubernetes: '1.26.8', template: 'r_old', layers: [legacy] };
  let simulator = await SimulatorProcess.start({ stateDir, speed: 40, initial });
  const { url } = simulator;
  const port = Number(new URL(url).port);
  await simulator.setFaults(faults.slice(0, 1));
  let deaths = 0;
  let finished = false;
  const keeper = (async () => {
    for (;;) {
      await simulator.exited;
      if (finished) return;
      deaths += 1;
      simulator = await SimulatorProcess.start({ stateDir, speed: 40, port });
      await simulator.setFaults(faults.slice(deaths, deaths + 1));
    }
  })();
  const store = new MemoryStore();
  store.add('u1', sampleUpgrade());
  const { vcenter, cluster } = connectSimulator(url);
  const engine = new Engine({
    journal: store.journal,
    lease: store.lease,
    ports: { ...new World().ports(async () => undefined), vcenter, cluster },
    holder: 'test',
    timing: { pollMs: 20, pollMostMs: 100, retryFirstMs: 20, retryMostMs: 100 },
  });
  onTestFinished(() => engine.close());
  const outcome = await engine.run('u1');
  finished = true;
  await simulator.kill();
  await keeper;
  const effects = (await readCallLog(`${stateDir}/calls.log`)).filter(({ effect }) => effect).map(({ call }) => call);
  return { outcome, effects, deaths };
}

test('an upgrade over HTTP does each effect once', async () => {
  const { outcome, effects, deaths } = await upgradeThrough([]);
  expect(outcome).toMatchObject({ result: 'rested', state: 'succeeded' });
  expect(effects).toEqual(setters);
  expect(deaths).toBe(0);
}, 30_000);

test('a simulator killed before and after its effects, and while nodes are replaced, goes on; each effect is there once', async () => {
  const exit = (call: string, when: Fault['when']): Fault => ({ call, when, action: 'exit' });
  const faults = [
    exit('importTemplate', 'before'),
    exit('importTemplate', 'after'),
    exit('setRollout', 'before'),
    exit('setRollout', 'after'),
    exit('rollout', 'after'),
    exit('applyLayer', 'before'),
    exit('applyLayer', 'after'),
    exit('layers', 'before'),
    exit('removeLayer', 'after'),
    exit('nodes', 'after'),
  ];
  const { outcome, effects, deaths } = await upgradeThrough(faults);
  expect(outcome).toMatchObject({ result: 'rested', state: 'succeeded' });
  expect(effects).toEqual(setters);
  expect(deaths).toBe(faults.length);
}, 60_000);
