import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createdTokenSchema } from '@sealift/core/api';
import { programVersion } from '@sealift/core/program-version';
import { startConsole } from '@sealift/server/console';
import { expect, it, onTestFinished } from 'vitest';
import { ApiClient } from '../../client/api-client.ts';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

it('lists what is in a support bundle, and saves it for its owner alone', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-support-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const console = await startConsole({ dataDir: join(folder, 'data') });
  onTestFinished(() => console.close());
  const account = { username: 'admin', password: 'four random words here' };
  const nobody = new ApiClient({ url: console.url, env: {} });
  const token = console.setupUrl?.split('#token=')[1];
  const cookie = await nobody.openSession('/api/v1/setup', { token, ...account });
  const api = new ApiClient({ url: console.url, cookie, env: {} });
  const { secret } = await api.post('/api/v1/tokens', { name: 'root' }, createdTokenSchema);
  const sealift = async (...args: string[]) => {
    const env = { HOME: folder, SEALIFT_URL: console.url, SEALIFT_TOKEN: secret };
    const { context, written } = testContext({ env });
    const code = await run(['support-bundle', ...args], context);
    return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
  };
  const path = join(folder, 'support.tar.gz');
  const dry = await sealift('--dry-run', '-o', path);
  expect([dry.code, dry.out]).toEqual([0, expect.stringMatching(/^versions\.json .* bytes$/m)]);
  expect(readdirSync(folder)).toEqual(['data']);
  expect(await sealift('-o', path)).toMatchObject({
    code: 0,
    out: path,
    notes: expect.stringContaining('health.json'),
  });
  expect(statSync(path).mode & 0o077).toBe(0);
  expect(gunzipSync(readFileSync(path)).toString('utf8')).toContain(`"sealift": "${programVersion}"`);
  const refused = await sealift('-o', join(path, 'below-a-file'));
  expect([refused.code, refused.notes]).toEqual([1, expect.stringMatching(/FILE_/)]);
});
