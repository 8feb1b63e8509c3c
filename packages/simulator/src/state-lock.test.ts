import { expect, onTestFinished, test, vi } from 'vitest';
import { stateFolder } from './state-folder.ts';
import { lockFolder } from './state-lock.ts';
import { SimulatorProcess } from './testing/simulator-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 30_000 });

test('of many that want the folder at once one gets it, and the others learn who has it', async () => {
  const folder = stateFolder(await temporaryFolder());
  const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
  const [taken, ...more] = tries.filter((one) => one.status === 'fulfilled');
  if (taken !== undefined) onTestFinished(taken.value);
  expect(more).toEqual([]);
  const refused = tries.find((one) => one.status === 'rejected');
  expect(refused?.reason).toMatchObject({
    code: 'SIMULATOR_STATE_IN_USE',
    message: expect.stringContaining(`process ${process.pid}`),
  });
});

test('the lock ends with the process that has it, also when that is killed', async () => {
  const stateDir = await temporaryFolder();
  const simulator = await SimulatorProcess.start({ stateDir });
  await expect(lockFolder(stateFolder(stateDir))).rejects.toMatchObject({ code: 'SIMULATOR_STATE_IN_USE' });
  await simulator.kill();
  await (await lockFolder(stateFolder(stateDir)))();
});
