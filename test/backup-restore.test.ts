import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backupListSchema } from '@sealift/core/api';
import { startConsole } from '@sealift/server/console';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { startEnvironment, type TestEnvironment } from './setup/environment.ts';
import { run, sealift } from './setup/sealift.ts';

const guide = fileURLToPath(new URL('../docs/guides/backup-and-restore.md', import.meta.url));
let site: TestEnvironment;
beforeAll(async () => {
  site = await startEnvironment(50);
});
afterAll(() => site?.remove());

/** The commands of the guide, line by line. */
async function commands(): Promise<string[]> {
  const text = await readFile(guide, 'utf8');
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.split('\n').filter(Boolean));
}

it('the guide to backups holds, command by command, and the restored console is the one that was backed up', async () => {
  const { folder, env } = site.context;
  const cwd = folder.temporary;
  const restored = join(folder.temporary, 'restored');
  const key = join(folder.console, 'secret-key');
  const done: string[] = [];
  for (const line of await commands()) {
    const list = backupListSchema.parse(
      JSON.parse((await run(sealift, ['backup', 'list', '--json'], { env, cwd })).stdout),
    );
    const typed = line
      .replace(/\bID\b/, list.backups[0]?.id ?? '')
      .replace('--secret-key-file secret-key', `--secret-key-file ${key}`)
      .replace('/var/lib/sealift-new', restored)
      .split(' ');
    const { code, stdout, stderr } = await run(sealift, typed.slice(1), { env, cwd });
    expect(`${line}: exit ${code}\n${stderr}`).toBe(`${line}: exit 0\n${code === 0 ? stderr : ''}`);
    done.push(typed[2] ?? '');
    if (typed.includes('--dry-run')) await expect(stat(restored)).rejects.toThrow('ENOENT');
    if (typed[2] === 'verify') expect(stdout).toContain('rows of');
  }
  expect(done).toEqual(['create', 'list', 'schedule', 'download', 'verify', 'restore', 'restore']);

  const before = await site.administrator.api.download('/api/v1/profile');
  const again = await startConsole({ dataDir: restored });
  onTestFinished(() => again.close());
  expect(again.setupUrl).toBeNull();
  const { username, password } = site.administrator;
  const signedIn = await fetch(`${again.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: password.reveal() }),
  });
  const cookie = signedIn.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const after = await fetch(`${again.url}/api/v1/profile`, { headers: { cookie } });
  expect(await after.json()).toEqual(JSON.parse(before.toString('utf8')));
});
