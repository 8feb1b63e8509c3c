import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backupListSchema } from '@sealift/core/api';
import { type RunningConsole, startConsole } from '@sealift/server/console';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

// Four embedded stores are opened, each of which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const guide = fileURLToPath(new URL('../../../../../docs/guides/backup-and-restore.md', import.meta.url));
const account = { username: 'ann', password: 'four random words here' };
let folder: string;
let console: RunningConsole;
let token = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-guide-'));
  console = await startConsole({ dataDir: join(folder, 'data') });
  const setup = await post(console.url, 'setup', { token: console.setupUrl?.split('#token=')[1], ...account });
  const made = await post(console.url, 'tokens', { name: 'guide' }, cookieOf(setup));
  token = ((await made.json()) as { secret: string }).secret;
});
afterAll(async () => {
  await console?.close();
  await rm(folder, { recursive: true, force: true });
});

function post(url: string, path: string, body: object, cookie = ''): Promise<Response> {
  const headers = { 'content-type': 'application/json', cookie };
  return fetch(`${url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

function cookieOf(answer: Response): string {
  return answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
}

async function sealift(...args: string[]): Promise<string> {
  const env = { HOME: folder, SEALIFT_URL: console.url, SEALIFT_TOKEN: token };
  const { context, written } = testContext({ env });
  const code = await run(args, context);
  expect(`${args.join(' ')}: exit ${code} ${written.notes.join('\n')}`).toContain(': exit 0 ');
  return written.out.join('\n');
}

/** The commands of the guide, line by line. */
async function commands(): Promise<string[]> {
  const text = await readFile(guide, 'utf8');
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.split('\n').filter(Boolean));
}

it('the guide holds, command by command, and the restored console knows who may sign in', async () => {
  const restored = join(folder, 'restored');
  const done: string[] = [];
  for (const line of await commands()) {
    const { backups } = backupListSchema.parse(JSON.parse(await sealift('backup', 'list', '--json')));
    const typed = line
      .replace(/\bID\b/, backups[0]?.id ?? 'none')
      .replace('site.sealift-backup', join(folder, 'site.sealift-backup'))
      .replace('--secret-key-file secret-key', `--secret-key-file ${join(folder, 'data', 'secret-key')}`)
      .replace('/var/lib/sealift-new', restored)
      .split(' ');
    const out = await sealift(...typed.slice(1));
    if (typed[2] === 'verify') expect(out).toMatch(/\d+ rows of \d+ tables restored and alike/);
    if (typed.includes('--dry-run')) expect(existsSync(restored)).toBe(false);
    done.push(typed.slice(2).filter((word) => !word.includes('/') && word !== backups[0]?.id)[0] ?? '');
  }
  expect(done).toEqual(['create', 'list', 'schedule', 'download', 'verify', 'restore', 'restore']);

  const again = await startConsole({ dataDir: restored });
  try {
    // Not a new one, which would print a link.
    expect(again.setupUrl).toBeNull();
    const signedIn = await post(again.url, 'session', account);
    const headers = { cookie: cookieOf(signedIn) };
    const answer = await fetch(`${again.url}/api/v1/backups`, { headers });
    const { schedule, backups } = backupListSchema.parse(await answer.json());
    expect([schedule.everyHours, schedule.keep, backups]).toEqual([null, 7, []]);
    const audit = await fetch(`${again.url}/api/v1/audit/verification`, { headers });
    expect(await audit.json()).toMatchObject({ valid: true });
  } finally {
    await again.close();
  }
});
