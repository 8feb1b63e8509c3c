import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMachine, systemd, type SystemdMachine } from './machine.ts';

const needed = systemd();

describe.skipIf(needed.missing)(`a machine with systemd (${needed.remedy})`, () => {
  let folder: string;
  let machine: SystemdMachine;
  const etcBefore = needed.missing ? [] : readdirSync('/etc');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-machine-'));
    writeFileSync(join(folder, 'marker'), 'stays');
    machine = await startMachine();
  });
  afterAll(async () => {
    await machine?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has systemd as its first process, and nothing that this machine has enabled', async () => {
    expect((await machine.reads('cat', '/proc/1/comm')).trim()).toBe('systemd');
    expect((await machine.reads('systemctl', 'is-system-running')).trim()).toBe('running');
    const services = await machine.reads('systemctl', 'list-units', '--type=service', '--plain', '--no-legend');
    expect(services.trim().split('\n')).toEqual([expect.stringContaining('systemd-journald.service')]);
  });

  it('starts what is enabled in it, again after it was shut down, and keeps its files', async () => {
    const unit = '[Service]\nType=oneshot\nExecStart=/bin/echo was started\n[Install]\nWantedBy=multi-user.target\n';
    writeFileSync(machine.path('/etc/systemd/system/once.service'), unit);
    await machine.reads('systemctl', 'daemon-reload');
    await machine.reads('systemctl', 'enable', '--now', 'once.service');
    expect(await machine.journal('once.service')).toContain('was started');
    await machine.reboot();
    expect(await machine.journal('once.service')).toContain('was started');
  });

  it('changes nothing of this machine, not even where it empties its folders', async () => {
    for (const place of ['/tmp', '/var/tmp', '/etc']) {
      await machine.reads('sh', '-c', `rm -rf ${place}/*; echo there > ${place}/sealift-there`);
    }
    expect(readFileSync(join(folder, 'marker'), 'utf8')).toBe('stays');
    expect(['/tmp', '/var/tmp', '/etc'].filter((place) => existsSync(join(place, 'sealift-there')))).toEqual([]);
    expect(readdirSync('/etc')).toEqual(etcBefore);
  });

  it('gives nobody the right to the clock, or to what else the kernel has once', async () => {
    const never = [16, 17, 22, 25].map((bit) => 1n << BigInt(bit)); // Modules, raw I/O, reboot, time: linux/capability.h.
    for (const status of ['/proc/1/status', '/proc/self/status']) {
      const text = await machine.reads('cat', status);
      const held = ['CapPrm', 'CapEff', 'CapBnd'].map((set) =>
        BigInt(`0x${new RegExp(`^${set}:\\s*(\\w+)$`, 'm').exec(text)?.[1]}`),
      );
      expect(held.filter((rights) => never.some((right) => (rights & right) !== 0n))).toEqual([]);
    }
    const written = await machine.run('sh', ['-c', 'cat /proc/sys/fs/file-max > /proc/sys/fs/file-max']);
    expect(written).toMatchObject({ code: 2, stderr: expect.stringMatching(/read-only/i) });
  });

  it('leaves nothing behind', async () => {
    const other = await startMachine({ ownNetwork: true });
    const first = other.path('');
    const groups = await other.reads('ls', '/sys/class/net');
    expect(groups.trim().split('\n')).toEqual(['lo']);
    await other.stop();
    expect(() => statSync(first)).toThrow('ENOENT');
  });
});
