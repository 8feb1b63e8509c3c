import { expect, test } from 'vitest';
import { startSimulator } from './process.ts';
import { SimulatorProcess } from './testing/simulator-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

test('a state folder is one simulator’s until it ends, also when that is killed', async () => {
  const stateDir = await temporaryFolder();
  const simulator = await SimulatorProcess.start({ stateDir });
  await expect(startSimulator({ stateDir })).rejects.toMatchObject({
    code: 'SIMULATOR_STATE_IN_USE',
    message: expect.stringMatching(/process \d+ on \S/),
  });
  await simulator.kill();
  await (await startSimulator({ stateDir })).close();
});
