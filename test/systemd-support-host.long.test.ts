import { appendFileSync, chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { peer } from '@sealift/testkit/peers';
import { startMachine, systemd, type SystemdMachine } from '@sealift/testkit/systemd';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { built } from './setup/environment.ts';
import { blockToType } from './setup/guide.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const needed = systemd();
const [curl, skopeo] = [peer('curl'), peer('skopeo')];
const patience = 120_000;
const units = ['sealift-airgap-registry.service', 'sealift-airgap-files.service'] as const;
const home = '/srv/root';
const work = '/srv/brought';
const dir = '/var/lib/sealift-airgap';

/** The guide of the support host, each of its blocks as it stands, on a machine with a real systemd and a network of its own. */
describe.skipIf(needed.missing || curl.missing || skopeo.missing)(
  `the support host as services of systemd (${needed.remedy}; ${curl.remedy}; ${skopeo.remedy})`,
  () => {
    let machine: SystemdMachine;
    let passwords: Record<string, string> = {};

    beforeAll(async () => {
      machine = await startMachine({ ownNetwork: true });
      for (const path of [home, work]) mkdirSync(machine.path(path));
      appendFileSync(machine.path('/etc/hosts'), '\n127.0.0.1 support.example\n');
      const { bundles, publicKeyFile } = built().vendor;
      copyFileSync(bundles.get('4.2.13') ?? '', machine.path(`${work}/airgap-v4.2.13.bin`));
      copyFileSync(publicKeyFile, machine.path(`${work}/vendor.pub`));
      await does('sh airgap-v4.2.13.bin --install --public-key vendor.pub && sealift keys trust vendor.pub');
    });
    afterAll(() => machine?.stop());

    const shell = (text: string) => machine.run('sh', ['-e', '-c', text], { cwd: work, env: { HOME: home } });
    async function does(text: string): Promise<string> {
      const { code, stdout, stderr } = await shell(text);
      expect({ text, code, said: `${stdout}\n${stderr}` }).toMatchObject({ code: 0 });
      return `${stdout}\n${stderr}`;
    }
    async function types(guide: string, words: string): Promise<string> {
      return await does(await blockToType(guide, words));
    }
    const passwordsIn = (said: string): Record<string, string> =>
      Object.fromEntries(
        [...said.matchAll(/^ {2}(uploader|reader) +(\w{32})$/gm)].map(([, user, password]) => [user, password]),
      );
    const each = (property: string) => Promise.all(units.map((unit) => machine.property(unit, property)));
    const processesOf = async (unit: string): Promise<string[]> =>
      (await machine.reads('cat', `/sys/fs/cgroup/system.slice/${unit}/cgroup.procs`)).trim().split('\n');
    /** One process a service, which systemd takes for the main one. */
    async function areWhole(): Promise<void> {
      const mains = await each('MainPID');
      expect(await Promise.all(units.map(processesOf))).toEqual(mains.map((pid) => [pid]));
      expect(await each('ActiveState')).toEqual(['active', 'active']);
    }
    const login = (password: string | undefined): void => {
      writeFileSync(
        machine.path(`${home}/.netrc.new`),
        `machine support.example login uploader password ${password}\n`,
      );
      chmodSync(machine.path(`${home}/.netrc.new`), 0o600);
    };

    it('is set up with units that systemd has nothing to remark on', async () => {
      const said = await types('support-host.md', 'useradd ');
      expect(said).not.toContain('systemd-analyze verify:');
      passwords = passwordsIn(said);
      expect(Object.keys(passwords)).toEqual(['uploader', 'reader']);
      const paths = units.map((unit) => `/etc/systemd/system/${unit}`);
      const verified = await machine.run('systemd-analyze', ['verify', '--man=no', ...paths]);
      expect(verified).toEqual({ code: 0, stdout: '', stderr: '' });
    });

    it('is enabled, and answers as soon as its services count as started', async () => {
      await types('support-host.md', 'systemctl ');
      expect(await each('UnitFileState')).toEqual(['enabled', 'enabled']);
      const status = await types('support-host.md', 'sealift airgap status');
      expect(status.match(/answers, sealift/g)).toHaveLength(2);
      await areWhole();
      const exposures = await Promise.all(units.map((unit) => machine.reads('systemd-analyze', 'security', unit)));
      for (const text of exposures) {
        expect(Number(/Overall exposure level for \S+: ([\d.]+)/.exec(text)?.[1])).toBeLessThan(2);
      }
    });

    it('has a bundle push to its registry, and keeps a file', async () => {
      writeFileSync(machine.path(`${work}/uploader-password`), passwords['uploader'] ?? '');
      expect(await types('support-host.md', 'mkdir ')).toContain('Setup Completed');
      login(passwords['uploader']);
      await does(`mv ~/.netrc.new ~/.netrc && cp ${dir}/ca.pem .`);
      await types('support-host.md', 'curl ');
      const [sent, fetched, again] = ['airgap-v4.2.13.bin', 'fetched.bin', 'again.bin'].map((name) =>
        readFileSync(machine.path(`${work}/${name}`)),
      );
      expect([fetched?.equals(sent ?? fetched), again?.equals(sent ?? again)]).toEqual([true, true]);
    });

    it('rotates certificates and passwords with no request that fails', async () => {
      // Each request is a connection and a login of its own; what is kept of it is curl's exit code and the status.
      const asks = (url: string) =>
        `curl --silent --netrc --cacert ca.pem --max-time 60 --output /dev/null --write-out '%{exitcode} %{http_code}\\n' ${url} >> asked || true`;
      const loop = does(`while [ ! -e stop ]; do
        ${asks('https://support.example:8443/bundles/airgap-v4.2.13.bin')}
        ${asks('https://support.example:5443/v2/_catalog')}
      done`);
      const asked = (): string[] =>
        readFileSync(machine.path(`${work}/asked`), 'utf8')
          .trim()
          .split('\n');
      const goesOn = async (): Promise<void> => {
        const before = existsSync(machine.path(`${work}/asked`)) ? asked().length : 0;
        await waitUntil('more requests', () => asked().length >= before + 4, patience);
      };
      let rotated = '';
      try {
        await goesOn();
        rotated = await does('sealift airgap rotate certificates');
        await goesOn();
        rotated += await does('sealift airgap rotate passwords');
        await goesOn();
        passwords = passwordsIn(rotated);
        login(passwords['uploader']);
        await does('mv ~/.netrc.new ~/.netrc');
        await goesOn();
        rotated += await does('sealift airgap rotate passwords --retire-old');
        await goesOn();
      } finally {
        writeFileSync(machine.path(`${work}/stop`), '');
        await loop;
      }
      expect([...new Set(asked())]).toEqual(['0 200']);
      expect([rotated.match(/shows it/g)?.length, rotated.match(/has taken them/g)?.length]).toEqual([2, 4]);
      await areWhole();
    });

    it('goes over to a newer sealift, which each unit has as its main process, and back from one that does not come up', async () => {
      const before = await each('MainPID');
      // Another file that does the same: what stands behind the end of an ELF file is not looked at.
      await does(
        'cp /usr/local/bin/sealift newer && echo newer >> newer && cp newer other && echo other >> other && mv newer /usr/local/bin/sealift',
      );
      expect((await types('support-host.md', 'sealift airgap upgrade')).match(/runs it/g)).toHaveLength(2);
      await waitUntil(
        'those before to end',
        async () => {
          const now = (await Promise.all(units.map(processesOf))).flat();
          return !now.some((pid) => before.includes(pid));
        },
        patience,
      );
      await areWhole();

      const mains = await each('MainPID');
      writeFileSync(machine.path(`${work}/bad`), '#!/bin/sh\n[ "$1" = version ] && exec sealift "$@"\nexit 7\n');
      chmodSync(machine.path(`${work}/bad`), 0o755);
      const refused = await shell('sealift airgap upgrade --executable bad');
      expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('AIRGAP_NOT_UPGRADED') });
      expect(await each('MainPID')).toEqual(mains);
      expect(await each('NRestarts')).toEqual(['0', '0']);
      await areWhole();
      await types('support-host.md', 'sealift airgap status');
    });

    it('shows its details again and changes nothing', async () => {
      // What the services write meanwhile is theirs.
      const listed = `find ${dir} /etc/systemd/system/sealift-airgap-* -path '${dir}/r*' -prune -o -printf '%p %i %T@ %C@ %u %m\\n' | sort`;
      const before = await does(listed);
      const said = await does('sealift airgap setup support.example --systemd');
      expect(said).toContain('address     support.example:5443');
      expect(said).toContain('Everything was there already; nothing was changed.');
      expect(await does(listed)).toBe(before);
    });

    it('is started again after it was killed', async () => {
      const before = await each('MainPID');
      await does(`kill -9 ${before.join(' ')}`);
      await waitUntil(
        'other processes',
        async () => {
          const now = await each('MainPID');
          return now.every((pid) => pid !== '0' && !before.includes(pid));
        },
        patience,
      );
      await waitUntil(
        'both to be active',
        async () => (await each('ActiveState')).every((state) => state === 'active'),
        patience,
      );
      await types('support-host.md', 'sealift airgap status');
      await areWhole();
    });

    it('runs after the machine was started anew, with what it holds', async () => {
      await machine.reboot();
      expect(await each('ActiveState')).toEqual(['active', 'active']);
      await types('support-host.md', 'sealift airgap status');
      await does(
        'rm -f fetched.bin && curl --silent --fail --netrc --cacert ca.pem --output fetched.bin https://support.example:8443/bundles/airgap-v4.2.13.bin',
      );
      await does('cmp fetched.bin airgap-v4.2.13.bin');
    });

    it('ends in order', async () => {
      await does(`systemctl stop ${units.join(' ')}`);
      expect([await each('Result'), await each('ExecMainStatus'), await each('ActiveState')]).toEqual([
        ['success', 'success'],
        ['0', '0'],
        ['inactive', 'inactive'],
      ]);
      for (const unit of units) expect(await machine.journal(unit)).toMatch(/Deactivated successfully\.\nStopped /);
    });

    it('does the same for an ordinary user, by the systemd of that user', async () => {
      const own = 'HOME=/srv/someone XDG_RUNTIME_DIR=/run/user/someone';
      const asOperator = (text: string) =>
        does(`setpriv --reuid=someone --regid=someone --init-groups env ${own} sh -ec "${text}"`);
      await does(
        'useradd --create-home --home-dir /srv/someone someone; install -d -m 0700 -o someone /run/user/someone',
      );
      // What logging in starts, without a login.
      const manager = 'systemd-run --quiet --unit=someone --property=User=someone --property=Delegate=yes';
      await does(`${manager} ${own.replaceAll(/(^| )/g, '$1--setenv=')} /lib/systemd/systemd --user`);
      const isThere = async () => (await shell(`ls /run/user/someone/systemd/private`)).code === 0;
      await waitUntil('the systemd of the user', isThere, patience);
      const said = await asOperator('sealift airgap setup support.example --systemd');
      const next = [...said.matchAll(/^ {2}(systemctl --user .*)$/gm)].map(([, command]) => command);
      expect(next).toHaveLength(2);
      await asOperator(next.join(' && '));
      const mains = async () =>
        (
          await Promise.all(units.map((unit) => asOperator(`systemctl --user show --property=MainPID --value ${unit}`)))
        ).map((pid) => pid.trim());
      expect((await asOperator('sealift airgap status')).match(/answers, sealift/g)).toHaveLength(2);
      const before = await mains();
      expect(
        (await asOperator('sealift airgap upgrade --executable /srv/brought/other')).match(/runs it/g),
      ).toHaveLength(2);
      const ended = async () => (await shell(`kill -0 ${before[0]} || kill -0 ${before[1]}`)).code !== 0;
      await waitUntil('those before to end', ended, patience);
      const after = await mains();
      expect(after.every((pid) => pid !== '0' && !before.includes(pid))).toBe(true);
      expect((await asOperator(`systemctl --user is-active ${units.join(' ')}`)).trim().split('\n')).toEqual([
        'active',
        'active',
      ]);
      await asOperator(`systemctl --user stop ${units.join(' ')}`);
    });
  },
);
