import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditPageSchema, summarySchema, type Upgrade, upgradeListSchema, upgradeSchema } from '@sealift/core/api';
import { machinesEverMade } from '@sealift/testkit/site/machines-ever-made';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWindow } from './setup/browser.ts';
import { shows, signIn } from './setup/console-pages.ts';
import { installed, offered } from './setup/runbook/releases.ts';
import { absent, chromium, RunbookSite } from './setup/runbook/runbook-site.ts';
import { sharedId } from './setup/runbook/shared-storage-id.ts';
import { run, sealift, type Finished } from './setup/sealift.ts';

const file = `airgap-v${offered}.bin`;
const sentences = ['You are using the latest version of Harborview', 'On-prem system console is healthy'];
const patienceMs = 3_600_000;

/**
 * The runbook by its one command, on a real site of its own on which everything is open that a person has to decide: a conflict, a storage
 * identity that is shared, and a gateway that somebody holds. The same command is typed again and again.
 */
describe.skipIf(absent !== undefined)(
  `the runbook by one command on a real site${absent === undefined ? '' : ` (${absent.remedy})`}`,
  { timeout: patienceMs },
  () => {
    let site: RunbookSite;

    beforeAll(async () => {
      site = await RunbookSite.start((values, pack) =>
        pack === 'cni-calico' ? values.replace('reportingTTL: 90s', 'reportingTTL: 45s') : values,
      );
      await site.startGateway('hamburg-1', 'hamburg');
      await site.does('gateways', 'pause', '--site', 'hamburg', '--reason', 'a move');
      await copyFile(site.bundle(offered), join(site.folder, file));
    }, patienceMs);
    afterAll(() => site?.remove(), 120_000);

    const api = () => site.environment.administrator.api;
    const typed = ['upgrade', '--bundle', file, '--yes'] as const;
    const stops = async (): Promise<Finished> => {
      const done = await site.command(...typed);
      expect([done.code, done.stderr]).toEqual([3, expect.stringContaining('UPGRADE_BLOCKED')]);
      expect(done.stderr).toContain('run the same command again');
      const summary = await api().get('/api/v1/summary', summarySchema);
      expect(summary).toMatchObject({ version: installed, lockedBy: null });
      return done;
    };
    const draft = async (): Promise<Upgrade> => {
      const { upgrades } = await api().get('/api/v1/upgrades', upgradeListSchema);
      expect(upgrades.map(({ to }) => to)).toEqual([offered]);
      return await api().get(`/api/v1/upgrades/${upgrades[0]?.id ?? ''}`, upgradeSchema);
    };
    /** Types the command, and kills it and all that it began once something holds. @returns what it had written */
    async function killedWhen(what: string, holds: (said: string) => boolean | Promise<boolean>): Promise<string> {
      const child = spawn(sealift, typed, {
        env: { ...site.env },
        cwd: site.folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (part: Buffer) => {
          said += part.toString('utf8');
        });
      const closed = once(child, 'close');
      const isHeld = async (): Promise<boolean> => {
        if (child.exitCode !== null) throw new Error(`it ended before: ${said}`);
        return await holds(said);
      };
      try {
        await waitUntil(what, isHeld, 1_200_000);
      } finally {
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      }
      const [code, signal] = (await closed) as [number | null, string | null];
      expect([code, signal]).toEqual([null, 'SIGKILL']);
      return said;
    }

    it('is killed while it uploads, and what it had begun is nobody’s trouble', async () => {
      await killedWhen('the first packs', (said) => said.includes('Setting up Packs'));
      expect(await api().get('/api/v1/upgrades', upgradeListSchema)).toMatchObject({ upgrades: [] });
    });

    it('stops where a person has to decide, names all of it, and has changed nothing', async () => {
      const { stdout, stderr } = await stops();
      expect(stdout).toContain('Setup Completed');
      expect(stdout).toMatch(/open: .*"reportingTTL"\]\n {2}current: {2}"45s"\n {2}incoming: "120s"\n/);
      expect(stderr).toContain(`the cluster-id ${sharedId} is shared`);
      expect(stderr).toContain(`hamburg-1 runs 3.9.0, older than ${offered}, and is paused for the site hamburg`);
    });

    it('goes on with the same draft when the conflict is settled as it said, and stops at the next', async () => {
      const [settle = ''] = /sealift upgrade resolve .*/.exec((await stops()).stdout) ?? [];
      const line = `${sealift} ${settle.replace(/^sealift /, '')}`;
      expect(await run('sh', ['-c', line], { env: site.env, cwd: site.folder })).toMatchObject({ code: 0 });
      const { stdout, stderr } = await stops();
      expect(stdout).not.toMatch(/open: .*"reportingTTL"\]/);
      for (const reason of ['is shared', 'is paused for the site hamburg']) expect(stderr).toContain(reason);
    });

    it('goes on when the storage identity is repaired by the command that it names', async () => {
      expect((await stops()).stdout).toContain('sealift vsphere cns repair --apply');
      await site.does('vsphere', 'cns', 'repair', '--apply', ...site.storage);
      const { stderr } = await stops();
      expect(stderr).not.toContain('is shared');
      expect(stderr).toContain('is paused for the site hamburg');
      expect((await draft()).blockers).toHaveLength(1);
    });

    it('runs once nothing is open, and goes on without it when it is killed in the middle', async () => {
      await site.does('gateways', 'resume', '--site', 'hamburg');
      const rolls = async (): Promise<boolean> => {
        const { steps } = await draft();
        return steps.some(({ id, state }) => id.includes('control-plane') && state === 'running');
      };
      await killedWhen('the roll of the control plane', rolls);
      expect(await draft()).toMatchObject({ state: 'running', confirmedBy: 'admin' });
      const window = await openWindow(chromium.path, api().url);
      try {
        window.page.setDefaultTimeout(120_000);
        await signIn(window.page, site.environment.administrator);
        await window.page.goto(`/updates/${(await draft()).id}`);
        await window.page.getByText('Console locked').waitFor();
        await shows(window.page.getByRole('main'), 'control plane');
        await window.picture('one-command-running');
      } finally {
        await window.close();
      }
    });

    it('is typed again, follows the same upgrade, and states both sentences', async () => {
      const { code, stdout, stderr } = await site.command(...typed);
      expect(`exit ${code}\n${stderr}`).toMatch(/^exit 0\n/);
      expect(stdout).toContain(`Upgraded Harborview from ${installed} to ${offered}.`);
      expect(stdout).toContain(sentences.map((sentence) => `yes  ${sentence}\n`).join(''));
      expect(await draft()).toMatchObject({ state: 'succeeded', failure: null });
      expect(await machinesEverMade(site.environment.cluster.service.ready.logs[0] ?? '')).toHaveLength(12);
      expect(await site.untilGateway('hamburg-1', () => true)).toMatchObject({ version: offered, state: 'current' });
      const { entries } = await api().get('/api/v1/audit', auditPageSchema);
      expect(entries.filter(({ action }) => action === 'upgrade.confirm')).toHaveLength(1);
    });

    it('has nothing to do when it is typed once more', async () => {
      expect(await site.command(...typed)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(`Harborview runs ${offered} already`) as unknown,
      });
    });
  },
);
