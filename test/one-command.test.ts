import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { summarySchema, upgradeListSchema, upgradeSchema } from '@sealift/core/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEnvironment, type TestEnvironment } from './setup/environment.ts';
import { run, sealift } from './setup/sealift.ts';

let site: TestEnvironment;
beforeAll(async () => {
  site = await startEnvironment(50, (values, pack) =>
    pack === 'cni-calico' ? values.replace('reportingTTL: 90s', 'reportingTTL: 45s') : values,
  );
});
afterAll(() => site?.remove());

const command = (...args: string[]) => run(sealift, args, { env: site.context.env, cwd: site.context.folder.path });
const upgrade = (...args: string[]) =>
  command('upgrade', '--bundle', site.built.vendor.bundles.get('4.2.13') ?? '', ...args);
const summary = () => site.administrator.api.get('/api/v1/summary', summarySchema);

/** As on a terminal: answers are typed when they are asked for. @returns what was shown, and the exit code */
async function typed(answers: Readonly<Record<string, string>>) {
  const line = [sealift, 'upgrade', '--bundle', site.built.vendor.bundles.get('4.2.13') ?? ''].join(' ');
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    env: site.context.env,
    cwd: site.context.folder.path,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  const left = new Map(Object.entries(answers));
  child.stdout.on('data', (part: Buffer) => {
    shown += part.toString('utf8');
    for (const [question, answer] of left) {
      if (!shown.includes(question)) continue;
      left.delete(question);
      child.stdin.write(`${answer}\n`);
    }
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, shown };
}

describe('the whole upgrade by one command', () => {
  it('asks on a terminal about each conflict, and what was skipped stays open', async () => {
    const { code, shown } = await typed({ 'stop here: ': 's' });
    expect(shown).toMatch(/Conflict 1 of 1: .*reportingTTL/);
    expect(shown).toMatch(/yours {4}"?45s"?[^]*release {2}"?120s"?/);
    expect([code, shown]).toEqual([3, expect.stringContaining('UPGRADE_BLOCKED')]);
    expect(await summary()).toMatchObject({ version: '4.2.12', lockedBy: null });
  });

  it('stops where a person has to decide, says what and how, and has changed nothing', async () => {
    const { code, stdout, stderr } = await upgrade('--yes');
    expect([code, stderr]).toEqual([3, expect.stringContaining('UPGRADE_BLOCKED')]);
    expect(stdout).toContain('Setup Completed');
    expect(stdout).toMatch(/open: .*"reportingTTL"\]\n {2}current: {2}"45s"\n {2}incoming: "120s"\n/);
    expect(stderr).toContain('run the same command again');
    expect(await summary()).toMatchObject({ version: '4.2.12', lockedBy: null });
  });

  it('goes on with the same draft when that is settled, and does not run what nobody confirmed', async () => {
    const [settle = ''] = /sealift upgrade resolve .*/.exec((await upgrade('--yes')).stdout) ?? [];
    const settled = await run('sh', ['-c', `${sealift} ${settle.replace(/^sealift /, '')}`], {
      env: site.context.env,
      cwd: site.context.folder.path,
    });
    expect(settled.code).toBe(0);
    const { code, stderr } = await upgrade();
    expect([code, stderr]).toEqual([3, expect.stringContaining('--yes')]);
    const { upgrades } = await site.administrator.api.get('/api/v1/upgrades', upgradeListSchema);
    expect(upgrades).toHaveLength(1);
    expect(await summary()).toMatchObject({ version: '4.2.12', lockedBy: null });
  });

  it('confirms what was shown, follows it, and states both sentences', async () => {
    const { code, stdout } = await upgrade('--yes');
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining(
        'yes  You are using the latest version of Harborview\nyes  On-prem system console is healthy\n',
      ),
    ]);
    const { upgrades } = await site.administrator.api.get('/api/v1/upgrades', upgradeListSchema);
    const ended = await site.administrator.api.get(`/api/v1/upgrades/${upgrades[0]?.id ?? ''}`, upgradeSchema);
    expect(ended).toMatchObject({ state: 'succeeded', to: '4.2.13', confirmedBy: 'admin' });
  });

  it('does nothing where the release runs, and says so', async () => {
    expect(await upgrade('--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Harborview runs 4.2.13 already') as unknown,
    });
    const { stdout } = await upgrade('--json');
    expect(summarySchema.parse(JSON.parse(stdout)).version).toBe('4.2.13');
  });
});
