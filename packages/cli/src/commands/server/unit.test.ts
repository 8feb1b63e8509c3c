import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-server-unit-'));
  path = join(folder, 'sealift.service');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that every account may run, where no unit hides it. */
const program = execFileSync('sh', ['-c', 'command -v env'], { encoding: 'utf8' }).trim();

async function unit(...args: string[]) {
  const { context, written } = testContext();
  const code = await run(['server', 'unit', '--executable', program, '--out', path, ...args], context);
  return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
}

const linesOf = (text: string, key: string) => text.split('\n').filter((line) => line.startsWith(`${key}=`));

describe('sealift server unit', () => {
  it('prints a unit with the options it was given, and writes nothing', async () => {
    const { code, out } = await unit('--print', '--listen', '127.0.0.1:443', '--trusted-proxy', '127.0.0.1');
    expect(code).toBe(0);
    const command = 'server run --data /var/lib/sealift --listen 127.0.0.1:443 --trusted-proxy 127.0.0.1';
    expect(linesOf(out, 'ExecStart')).toEqual([`ExecStart=${program} ${command}`]);
    expect(linesOf(out, 'User')).toEqual(['User=sealift']);
    expect(linesOf(out, 'StateDirectory')).toEqual(['StateDirectory=sealift']);
    expect(linesOf(out, 'EnvironmentFile')).toEqual(['EnvironmentFile=/etc/sealift/server.env']);
    // It counts as started once it answers, and what takes over is the main process from then on.
    expect(linesOf(out, 'ExecStartPost')).toEqual([
      `ExecStartPost=-${program} server ready --listen 127.0.0.1:443 --process $MAINPID`,
      "ExecStartPost=/bin/sh -c 'echo $MAINPID > %t/%N/main.pid'",
    ]);
    expect(linesOf(out, 'PIDFile')).toEqual(['PIDFile=%t/%N/main.pid']);
    expect(linesOf(out, 'Environment')).toEqual(['Environment=SEALIFT_PID_FILE=%t/%N/main.pid']);
    // Only the main process is asked to end.
    expect(linesOf(out, 'KillMode')).toEqual(['KillMode=mixed']);
    // Port 443 needs one capability; no other is left.
    expect(linesOf(out, 'CapabilityBoundingSet')).toEqual(['CapabilityBoundingSet=CAP_NET_BIND_SERVICE']);
    expect(() => statSync(path)).toThrow('ENOENT');
  });

  it('writes it once, again with other options, and not over what somebody changed', async () => {
    const first = await unit();
    expect(first.out).toContain(`${path} is written. Nothing is enabled or started.`);
    for (const next of ['systemctl daemon-reload', `systemctl link ${path}`, 'systemctl enable --now sealift.service'])
      expect(first.out).toContain(next);
    expect(linesOf(readFileSync(path, 'utf8'), 'CapabilityBoundingSet')).toEqual(['CapabilityBoundingSet=']);
    expect((await unit()).out).toContain('is there already');
    expect((await unit('--data', '/srv/console')).out).toContain('is written anew');
    const text = readFileSync(path, 'utf8');
    expect(linesOf(text, 'ReadWritePaths')).toEqual(['ReadWritePaths=/srv/console']);
    writeFileSync(path, text.replace('RestartSec=5', 'RestartSec=9'));
    expect(await unit()).toMatchObject({ code: 1, notes: expect.stringContaining('code: UNIT_FOREIGN') });
    expect(readFileSync(path, 'utf8')).toContain('RestartSec=9');
  });

  it.each([
    ['another file', () => writeFileSync(path, '[Service]\nExecStart=/bin/true\n')],
    ['a masked unit', () => symlinkSync('/dev/null', path)],
    ['a folder', () => mkdirSync(path)],
  ])('leaves %s in its place', async (_what, put) => {
    put();
    expect(await unit()).toMatchObject({ code: 1, notes: expect.stringContaining('code: UNIT_FOREIGN') });
  });

  it('quotes what systemd would read as something else', async () => {
    const { out } = await unit('--print', '--vcenter-cluster', 'a b "c" \\ 100% $HOME', '--vcenter-folder', '%h');
    expect(out).toContain('--vcenter-folder "%%h" --vcenter-cluster "a b \\"c\\" \\\\ 100%% $$HOME"');
  });

  it.each([
    ['--user', 'root\nExecStartPre=/bin/sh'],
    ['--user', '%i'],
    ['--data', '/srv/my data'],
    ['--environment-file', '/etc/a\nb'],
    ['--vcenter-cluster', 'a\nb'],
    ['--kubeconfig', '/root/.kube/config'],
    ['--vcenter-ca-file', '/home/me/ca.pem'],
    ['--data', '/tmp/console'],
    ['--listen', 'nowhere'],
    ['--listen', '127.0.0.1:0'],
    ['--trusted-proxy', 'proxy.example'],
    ['--out', '/etc/systemd/system/sealift'],
  ])('refuses %s %j', async (option, value) => {
    expect(await unit(option, value)).toMatchObject({ code: 1, notes: expect.stringContaining('code: USAGE') });
    expect(() => statSync(path)).toThrow('ENOENT');
  });

  it('takes no executable that the account could not start, or that everybody could change', async () => {
    const unfit = async (file: string) => {
      const { code, notes } = await unit('--executable', file);
      expect([code, notes.includes('code: UNIT_EXECUTABLE')]).toEqual([1, true]);
      return notes;
    };
    // Below the folder for temporary files, which the unit hides.
    copyFileSync(program, join(folder, 'sealift'));
    expect(await unfit(join(folder, 'sealift'))).toContain('hides');
    expect(await unfit('/nowhere/sealift')).toContain('ENOENT');
    expect(await unfit('/etc')).toContain('it is no file');
    expect(await unfit('/etc/passwd')).toContain('not every account may read and run it');
    expect(await unfit('/dev/shm')).toContain('it is no file');
    const { context, written } = testContext();
    // Node.js by itself is not sealift.
    expect(await run(['server', 'unit', '--print'], context)).toBe(1);
    expect(written.notes.join()).toContain('code: UNIT_EXECUTABLE');
  });

  // Only root can make a folder that is not below one for temporary files.
  it.skipIf(process.getuid?.() !== 0)('takes none out of a folder that everybody may write into', async () => {
    const open = mkdtempSync('/var/sealift-open-');
    try {
      copyFileSync(program, join(open, 'sealift'));
      chmodSync(join(open, 'sealift'), 0o755);
      chmodSync(open, 0o777);
      expect((await unit('--executable', join(open, 'sealift'))).notes).toContain('every account may change it');
    } finally {
      rmSync(open, { recursive: true });
    }
  });

  it('is read by systemd first: what that does not know is remarked, what it would not start is refused', async () => {
    const analyze = join(folder, 'systemd-analyze');
    const search = process.env['PATH'] ?? '';
    const says = (text: string) => {
      // The last argument is the unit.
      writeFileSync(analyze, `#!/bin/sh\nfor unit; do :; done\necho "${text}" >&2\nexit 1\n`, { mode: 0o755 });
    };
    process.env['PATH'] = `${folder}:${search}`;
    try {
      says("$unit:29: Unknown key 'ProtectClock' in section [Service], ignoring.");
      const { code, notes } = await unit();
      expect({ code, notes }).toEqual({ code: 0, notes: expect.stringContaining('sealift.service:29: Unknown key') });
      rmSync(path);
      says('other.service: it is broken');
      expect(await unit()).toMatchObject({ code: 0, notes: expect.stringContaining('other.service') });
      rmSync(path);
      says('sealift.service: Command $unit is not executable');
      expect(await unit()).toMatchObject({ code: 1, notes: expect.stringContaining('code: UNIT_REFUSED') });
      expect(() => statSync(path)).toThrow('ENOENT');
    } finally {
      process.env['PATH'] = search;
    }
  });
});
