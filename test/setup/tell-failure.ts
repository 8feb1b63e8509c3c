import { afterEach } from 'vitest';
import { tellWindows } from './open-windows.ts';

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const text of await tellWindows(task.name)) process.stderr.write(`${text}\n`);
});
