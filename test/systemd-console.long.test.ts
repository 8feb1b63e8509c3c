import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from '@sealift/cli/api-client';
import { type Administrator, makeAdministrator } from '@sealift/cli/demo/administrator';
import { type SimulatedCluster, startSimulatedCluster } from '@sealift/cli/demo/cluster/simulated-cluster';
import type { DemoContext } from '@sealift/cli/demo/demo-context';
import { prepareDemo } from '@sealift/cli/demo/demo-environment';
import { adoptWhatRuns, syncRegistry } from '@sealift/cli/demo/platform';
import { executeBundle } from '@sealift/cli/demo/support-host';
import { bundleOf } from '@sealift/cli/demo/vendor';
import {
  backupListSchema,
  createdInviteSchema,
  gatewayListSchema,
  journalPageSchema,
  type Upgrade,
  upgradeSchema,
} from '@sealift/core/api';
import { programVersion } from '@sealift/core/program-version';
import { readCallLog } from '@sealift/simulator/call-log';
import { peer } from '@sealift/testkit/peers';
import { startMachine, systemd, type SystemdMachine } from '@sealift/testkit/systemd';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort, type PostgresServer, startPostgres } from '../packages/server/src/testing/postgres-server.ts';
import { bundleOfVersion } from './setup/bundle-of-executable.ts';
import { built } from './setup/environment.ts';
import { expectedEffects } from './setup/expected-effects.ts';
import { blockToType, fencedIn } from './setup/guide.ts';
import { putFaults } from './setup/simulator-faults.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

const needed = systemd();
const [postgres, helm] = [peer('postgres'), peer('helm')];
const never = new AbortController().signal;
const nextVersion = '0.1.1-next';
const patience = 240_000;
const unit = 'sealift.service';
const unitFile = `/etc/systemd/system/${unit}`;

/** The console as its guide says it, under a real systemd; PostgreSQL and the simulated cluster run beside that. */
describe.skipIf(needed.missing || postgres.missing)(
  `the console as a service of systemd (${needed.remedy}; ${postgres.remedy})`,
  () => {
    let folder: string;
    let machine: SystemdMachine;
    let database: PostgresServer;
    let demo: DemoContext;
    let cluster: SimulatedCluster;
    let administrator: Administrator;
    let url: string;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'sealift-systemd-console-'));
      database = await startPostgres(postgres.path);
      demo = await prepareDemo({ dir: join(folder, 'demo'), env: process.env, say: () => undefined, cancel: never });
      cluster = await startSimulatedCluster(demo, built().vendor, { version: '4.2.12', speed: 50 });
      machine = await startMachine();
      const { bundles, publicKeyFile } = built().vendor;
      copyFileSync(bundles.get('4.2.13') ?? '', machine.path('/root/airgap-v4.2.13.bin'));
      copyFileSync(publicKeyFile, machine.path('/root/vendor.pub'));
      const settings = `DATABASE_URL=${await database.newDatabase()}`;
      put('/usr/local/bin/editor', `#!/bin/sh\necho '${settings}' > "$1"\n`, 0o755);
      url = `http://127.0.0.1:${await freePort()}`;
    });
    afterAll(async () => {
      await machine?.stop();
      await cluster?.service.stop();
      await database?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    function put(path: string, text: string, mode = 0o644): void {
      writeFileSync(machine.path(path), text);
      chmodSync(machine.path(path), mode);
    }
    /** A block of the guide, with what a test leaves to chance and the guide does not. */
    async function types(guide: string, words: string): Promise<string> {
      const block = await blockToType(guide, words);
      const options = ['--listen', new URL(url).host, ...cluster.consoleArgs].join(' ');
      const typed = block.replaceAll('--trusted-proxy 127.0.0.1', `--trusted-proxy 127.0.0.1 ${options}`);
      const { code, stdout, stderr } = await machine.run('sh', ['-e', '-c', typed], { cwd: '/root' });
      expect({ code, said: `${stdout}\n${stderr}` }).toMatchObject({ code: 0 });
      return `${stdout}\n${stderr}`;
    }
    const status = (path: string): Promise<number> =>
      fetch(`${url}${path}`).then(
        (answer) => answer.status,
        () => 0,
      );
    const mainPid = () => machine.property(unit, 'MainPID');
    const active = async () => (await machine.run('systemctl', ['is-active', unit])).stdout.trim();
    const processes = async () =>
      (await machine.reads('cat', `/sys/fs/cgroup/system.slice/${unit}/cgroup.procs`)).trim().split('\n');
    const versionOf = async (pid: string) => (await machine.reads(`/proc/${pid}/exe`, '--version')).trim();
    const untilActive = () => waitUntil('the unit to be active', async () => (await active()) === 'active', patience);
    /** One process ends, and then systemd learns which is the main one. */
    const untilFollowed = (before: string) =>
      waitUntil(
        'the one before to end, and another to be the main process',
        async () => !(await processes()).includes(before) && !['0', before].includes(await mainPid()),
        patience,
      );
    const signsIn = async (): Promise<string> => {
      const nobody = new ApiClient({ url, env: {}, cancel: never });
      const { username, password } = administrator;
      return (await nobody.openSession('/api/v1/session', { username, password: password.reveal() })).reveal();
    };

    it('is set up as the guide says, and systemd has nothing to remark', async () => {
      const said = await types('run-the-console.md', 'sh airgap-v4.2.13.bin --install');
      expect(said).toContain('sealift is set up: /usr/local/bin/sealift');
      expect(said).toContain(`${unitFile} is written. Nothing is enabled or started.`);
      expect(said).not.toContain('systemd-analyze verify:');
      const verified = await machine.run('systemd-analyze', ['verify', '--man=no', unitFile]);
      expect(verified).toEqual({ code: 0, stdout: '', stderr: '' });
    });

    it('answers as soon as it counts as started, and gives the link that makes the first administrator', async () => {
      const said = await types('run-the-console.md', 'useradd ');
      expect([await active(), await status('/readyz')]).toEqual(['active', 200]);
      const setupUrl = /http:\S+#token=\S+/.exec(said)?.[0] ?? null;
      administrator = await makeAdministrator(demo, { url, setupUrl }, built().vendor);
      const pid = await mainPid();
      expect(await processes()).toEqual([pid]);
      expect((await machine.reads('stat', '-c', '%U', `/proc/${pid}`)).trim()).toBe('sealift');
      expect((await machine.reads('stat', '-c', '%U %a', '/var/lib/sealift')).trim()).toBe('sealift 700');
    });

    it('is kept from what it does not need', async () => {
      const said = await machine.reads('systemd-analyze', 'security', '--no-pager', unit);
      const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(said)?.[1]);
      expect(exposure).toBeLessThan(2);
    });

    it('has a gateway beside it, which is a service as its own guide says', async () => {
      const { api } = administrator;
      const invite = { name: 'hamburg-1', site: 'hamburg' };
      const { token } = await api.post('/api/v1/gateways/invites', invite, createdInviteSchema);
      put('/root/token', token, 0o600);
      await machine.reads('/usr/local/bin/sealift', 'keys', 'trust', '/root/vendor.pub');
      await machine.reads('/usr/local/bin/sealift', 'gateway', 'register', url, '--token-file', '/root/token');
      const [service = ''] = await fencedIn('gateways.md', 'ini');
      put('/etc/systemd/system/sealift-gateway.service', service);
      await types('gateways.md', 'useradd ');
      const reported = async () => (await api.get('/api/v1/gateways', gatewayListSchema)).gateways[0]?.seenAt ?? null;
      await waitUntil('its report', async () => (await reported()) !== null, patience);
      const identity = await machine.reads('stat', '-c', '%U %a', '/var/lib/sealift-gateway/identity.json');
      expect(identity.trim()).toBe('sealift-gateway 600');
      await machine.reads('systemctl', 'disable', '--now', 'sealift-gateway.service');
      expect(await machine.property('sealift-gateway.service', 'Result')).toBe('success');
      await api.deleteOnly('/api/v1/gateways/hamburg-1');
    });

    it('takes bundles, and keeps a backup', async () => {
      const { api } = administrator;
      await executeBundle(demo, bundleOf(built().vendor, '4.2.12'));
      await syncRegistry(api, never);
      await cluster.install();
      await adoptWhatRuns(api, '4.2.12');
      await executeBundle(demo, bundleOf(built().vendor, '4.2.13'));
      await syncRegistry(api, never);
      await api.post('/api/v1/backups', undefined, backupListSchema);
      const list = await waitUntil(
        'the backup',
        async () => {
          const now = await api.get('/api/v1/backups', backupListSchema);
          return now.running === null && now;
        },
        patience,
      );
      expect([list.lastFailure, list.backups.length]).toEqual([null, 1]);
    });

    it.skipIf(helm.missing)(`lets a program such as helm do its work (${helm.remedy})`, async () => {
      copyFileSync(helm.path, machine.path('/usr/local/bin/helm'));
      chmodSync(machine.path('/usr/local/bin/helm'), 0o755);
      const text = readFileSync(machine.path(unitFile), 'utf8');
      const kept =
        /^(?:User|ReadWritePaths|StateDirectory\w*|UMask|\w*Capabilit\w*|NoNewPrivileges|Protect\w+|Private\w+|Restrict\w+|Lock\w+|SystemCall\w+)=.*$/gm;
      const properties = [...text.matchAll(kept)].map(([line]) => `--property=${line}`);
      expect(properties.length).toBeGreaterThan(20);
      const script = 'cd /tmp && helm create chart >&2 && helm template chart';
      const args = ['--pipe', '--wait', '--quiet', ...properties, '--setenv=HOME=/tmp', 'sh', '-ec', script];
      expect(await machine.reads('systemd-run', ...args)).toContain('kind: Deployment');
    });

    it('is started again after it was killed, with what it has stored', async () => {
      const before = await mainPid();
      await machine.reads('kill', '-9', before);
      await waitUntil('another process', async () => !['0', before].includes(await mainPid()), patience);
      await untilActive();
      expect([await status('/readyz'), await machine.property(unit, 'NRestarts')]).toEqual([200, '1']);
      expect(await signsIn()).toContain('sealift');
    });

    it('ends in order when it is stopped, before anything that it has started', async () => {
      const told = '/tmp/told';
      const script = `echo $$ > /sys/fs/cgroup/system.slice/${unit}/cgroup.procs; trap 'echo TERM >> ${told}' TERM; touch ${told}; while :; do sleep 1; done`;
      const helper = machine.run('sh', ['-c', script]);
      await waitUntil('a program beside it', async () => (await processes()).length > 1);
      await machine.reads('systemctl', 'stop', unit);
      await helper;
      expect(readFileSync(machine.path(told), 'utf8')).toBe('');
      expect(await machine.property(unit, 'Result')).toBe('success');
      expect(await machine.property(unit, 'ExecMainStatus')).toBe('0');
      expect(await machine.journal(unit)).toMatch(/Deactivated successfully\.\nStopped /);
      expect([await active(), await status('/readyz')]).toEqual(['inactive', 0]);
    });

    it('does not count as started while its database is away, and starts once that is there', async () => {
      await database.cut();
      const started = await machine.run('systemctl', ['start', unit]);
      expect(started).toMatchObject({ code: 1, stderr: expect.stringContaining(`Job for ${unit} failed`) });
      expect(await machine.journal(unit)).toContain('STORE_UNREACHABLE');
      expect([(await active()) === 'active', await status('/readyz')]).toEqual([false, 0]);
      await database.again();
      await untilActive();
      expect(await status('/readyz')).toBe(200);
    });

    describe('the next version, in the middle of an upgrade', () => {
      let upgrade: Upgrade;
      let restarts: string;
      const state = async () => (await administrator.api.get(`/api/v1/upgrades/${upgrade.id}`, upgradeSchema)).state;
      const effects = async (): Promise<string[]> => {
        const calls = (await readCallLog(cluster.service.ready.callLog)).filter(({ effect }) => effect);
        return calls.map(({ call, parameters: { pack, group, name } }) => `${call} ${String(pack ?? group ?? name)}`);
      };

      it('takes over, is the main process of the unit, and nothing of the one before is left', async () => {
        const next = await bundleOfVersion(folder, nextVersion);
        copyFileSync(next.bundle, machine.path('/root/next.bin'));
        copyFileSync(next.publicKey, machine.path('/root/next.pub'));
        // As the guide has it, and the vendor of this bundle is another one.
        copyFileSync(next.bundle, machine.path('/root/airgap-v4.2.14.bin'));
        copyFileSync(next.publicKey, machine.path('/root/vendor.pub'));
        // Nodes are not rolled until the executable has been replaced, however slow this machine is.
        await putFaults(cluster, [{ call: 'setRollout', when: 'before', action: 'drop', times: 1000 }]);
        const { api } = administrator;
        const { id, hash } = await api.post('/api/v1/upgrades', { to: '4.2.13' }, upgradeSchema);
        upgrade = await api.post(`/api/v1/upgrades/${id}/confirm`, { hash }, upgradeSchema);
        await waitUntil('an effect on the cluster', async () => (await effects()).length > 0, patience);
        const before = await mainPid();
        restarts = await machine.property(unit, 'NRestarts');

        const said = await machine.reads(
          'sh',
          '/root/next.bin',
          '--install',
          '--json',
          '--public-key',
          '/root/next.pub',
        );
        expect(JSON.parse(said)).toMatchObject({
          sealift: '/usr/local/bin/sealift',
          consoles: [{ upgrade: upgrade.id }],
        });
        await untilFollowed(before);
        const after = await mainPid();
        expect(await processes()).toEqual([after]);
        expect([after === before, await versionOf(after)]).toEqual([false, nextVersion]);
        expect([await active(), await machine.property(unit, 'NRestarts')]).toEqual(['active', restarts]);
        expect(await machine.property(unit, 'StatusErrno')).toBe('0');
        expect(await state()).toBe('running');
      });

      it('goes on with the upgrade to its end, each effect once, and tells it in its log', async () => {
        await putFaults(cluster, []);
        await waitUntil('the end of the upgrade', async () => (await state()) !== 'running', patience);
        expect([await state(), await effects()]).toEqual(['succeeded', expectedEffects]);
        const { entries } = await administrator.api.get(`/api/v1/upgrades/${upgrade.id}/journal`, journalPageSchema);
        expect([...new Set(entries.map(({ version }) => version))]).toEqual([programVersion, nextVersion]);
        expect(await machine.journal(unit)).toContain(`sealift ${nextVersion} is to take over`);
      });

      it('is started again after it was killed, as the version that it is', async () => {
        const before = await mainPid();
        await machine.reads('kill', '-9', before);
        await waitUntil('another process', async () => !['0', before].includes(await mainPid()), patience);
        await untilActive();
        const after = await mainPid();
        expect([await processes(), await versionOf(after), await status('/readyz')]).toEqual([
          [after],
          nextVersion,
          200,
        ]);
      });

      it('hands over to the version of before, which is put back by a person, and ends in order', async () => {
        const before = await mainPid();
        await machine.reads('mv', '/usr/local/bin/sealift.previous', '/usr/local/bin/sealift');
        await untilFollowed(before);
        expect(await versionOf(await mainPid())).toBe(programVersion);
        await machine.reads('systemctl', 'stop', unit);
        expect([await machine.property(unit, 'Result'), await status('/readyz')]).toEqual(['success', 0]);
        await expect(processes()).rejects.toThrow('No such file');
        expect(await types('run-the-console.md', 'sh airgap-v4.2.14.bin --install')).toContain(
          'sealift is set up: /usr/local/bin/sealift',
        );
      });

      it('runs after the machine was started anew', async () => {
        await machine.reboot();
        await untilActive();
        expect([await versionOf(await mainPid()), await status('/readyz')]).toEqual([nextVersion, 200]);
        expect(await signsIn()).toContain('sealift');
        expect(await state()).toBe('succeeded');
      });
    });

    it('lets nobody be locked out: root has a new password printed', async () => {
      const [, password = ''] =
        /New password of admin, shown this once: (\S+)/.exec(await types('run-the-console.md', 'systemd-run ')) ?? [];
      const nobody = new ApiClient({ url, env: {}, cancel: never });
      expect((await nobody.openSession('/api/v1/session', { username: 'admin', password })).reveal()).not.toBe('');
    });
  },
);
