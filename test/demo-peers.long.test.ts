import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processesNaming } from '@sealift/testkit/site/processes';
import { sitePeers } from '@sealift/testkit/site/programs';
import { peer } from '@sealift/testkit/peers';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const absent = [sitePeers(), peer('helm')].find(({ missing }) => missing);

/** In milliseconds. */
const minutes = 60_000;

describe.skipIf(absent !== undefined)(
  `a demo on a real cluster that is ended from outside${absent === undefined ? '' : ` (${absent.remedy})`}`,
  () => {
    let scratch: string;
    beforeAll(async () => {
      scratch = await mkdtemp(join(tmpdir(), 'sealift-demo-peers-'));
    });
    afterAll(() => rm(scratch, { recursive: true, force: true }));

    /** Every program of the demo is given a file in its folder, or is npm's and names the folder itself. */
    const left = () => processesNaming([scratch]);

    it.each(['SIGTERM', 'SIGKILL'] as const)('leaves no process after %s', { timeout: 40 * minutes }, async (how) => {
      const args = ['run', 'demo', '--', '--peers', '--dir', join(scratch, how)];
      const demo = spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
      const ended = once(demo, 'exit');
      try {
        let printed = '';
        demo.stdout.on('data', (part: Buffer) => (printed += part.toString()));
        const invited = waitUntil('the invitation', () => printed.includes('Ctrl-C ends it'), 35 * minutes);
        await Promise.race([invited, ended.then(() => expect.fail(`it ended by itself: ${printed}`))]);
        expect((await left()).length).toBeGreaterThan(15);
        demo.kill(how);
        await ended;
        await waitUntil('its processes to end', async () => (await left()).length === 0, 2 * minutes);
      } finally {
        if (demo.pid !== undefined && (await left()).length > 0) process.kill(-demo.pid, 'SIGKILL');
      }
    });
  },
);
