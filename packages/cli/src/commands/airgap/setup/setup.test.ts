import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { lockFolder } from '@sealift/io/folder-lock';
import { issueServerCertificate, makeAuthority } from '@sealift/registry/authority';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '../../../testing/test-context.ts';
import { verifyUnit } from '../../../units/unit-file.ts';
import { isOwnUnit } from '../../../units/unit-text.ts';
import { run } from '../../../program.ts';
import { hostFolder } from '../host/host-folder.ts';
import { type HostState, readState, writeState } from '../host/host-state.ts';
import { makeTestHost, type TestHost } from '../testing/support-host.ts';
import { planSetup } from './plan.ts';
import { hostUnits, nextCommands } from './units.ts';

let host: TestHost;
beforeEach(async () => {
  host = await makeTestHost();
});
afterEach(() => host.remove());

const codeOf = (notes: string): string | undefined => /code: (\w+)/.exec(notes)?.[1];
const passwordOf = (out: string, user: string): string =>
  new RegExp(`^  ${user} +(\\w{32})$`, 'm').exec(out)?.[1] ?? '';

/** Every file with its content, mode and time. */
function snapshot(dir: string): Record<string, string> {
  const paths = globSync('**', { cwd: dir, exclude: (name) => name.startsWith('folder.lock') });
  return Object.fromEntries(
    paths.map((path) => {
      const found = statSync(join(dir, path));
      const content = found.isFile() ? readFileSync(join(dir, path), 'base64') : '';
      return [path, `${found.mode} ${found.mtimeMs} ${content}`];
    }),
  );
}

describe('sealift airgap setup', () => {
  it('says first what it would write, and writes nothing', async () => {
    const { code, out } = await host.setup('--dry-run', '--json');
    const { would, dryRun } = JSON.parse(out) as { would: { path: string }[]; dryRun: boolean };
    expect([code, dryRun, existsSync(host.dir)]).toEqual([0, true, false]);
    const written = JSON.parse((await host.setup('--json')).out) as { written: string[] };
    expect(would.map(({ path }) => path)).toEqual(written.written);
  });

  it('shows the details, and passwords of which it keeps hashes alone', async () => {
    const { code, out } = await host.setup();
    expect(code).toBe(0);
    for (const text of [
      `localhost:${host.ports[0]}`,
      `https://localhost:${host.ports[1]}`,
      '/bundles/',
      'sealift/packs',
    ])
      expect(out).toContain(text);
    expect(out).toContain(`CA file     ${host.dir}/ca.pem`);
    const passwords = ['uploader', 'reader'].map((user) => passwordOf(out, user));
    expect(passwords.map(({ length }) => length)).toEqual([32, 32]);
    const kept = globSync('**', { cwd: host.dir }).map((path) => join(host.dir, path));
    for (const path of kept.filter((one) => statSync(one).isFile())) {
      for (const password of passwords) expect(readFileSync(path, 'latin1')).not.toContain(password);
    }
    for (const path of ['users.json', 'certificates/current/key.pem', 'authority/ca.key'])
      expect([path, (statSync(join(host.dir, path)).mode & 0o777).toString(8)]).toEqual([path, '600']);
  });

  it('changes nothing when it is run again, and shows the details without passwords', async () => {
    const first = await host.setup();
    const before = snapshot(host.dir);
    const { context, written } = testContext();
    expect(await run(['airgap', 'setup', 'localhost', '--dir', host.dir], context)).toBe(0);
    expect(snapshot(host.dir)).toEqual(before);
    const again = written.out.join('\n');
    expect(first.out.startsWith(again.slice(0, again.indexOf('Passwords')))).toBe(true);
    expect([passwordOf(again, 'uploader'), again.includes('sealift airgap rotate passwords')]).toEqual(['', true]);
    expect(written.notes.join()).toContain('nothing was changed');
    for (const args of [
      ['--files-port', '1'],
      ['--also-name', 'b.example'],
      ['--pack-base', 'x'],
    ])
      expect(codeOf((await host.airgap('setup', 'localhost', ...args)).notes)).toBe('AIRGAP_SET_UP_OTHERWISE');
    expect(codeOf((await host.airgap('setup', 'other.example')).notes)).toBe('AIRGAP_SET_UP_OTHERWISE');
    expect(snapshot(host.dir)).toEqual(before);
  });

  it('is finished by the next run, wherever it was cut off', async () => {
    const options = {
      alsoName: [],
      listen: '127.0.0.1',
      registryPort: `${host.ports[0]}`,
      filesPort: `${host.ports[1]}`,
    };
    const folder = hostFolder(host.dir);
    const { context } = testContext();
    const count = (await planSetup('localhost', options, folder, context)).items.length;
    expect(count).toBeGreaterThan(5);
    for (let done = 0; done < count; done += 1) {
      rmSync(host.dir, { recursive: true, force: true });
      const plan = await planSetup('localhost', options, folder, context);
      for (const { act } of plan.items.slice(0, done)) await act();
      if (done > 0) expect(codeOf((await host.airgap('status')).notes)).toBe('AIRGAP_SETUP_OPEN');
      const { code, out } = await host.setup();
      expect([done, code, passwordOf(out, 'reader').length]).toEqual([done, 0, 32]);
      expect((await readState(folder))?.phase).toBe('done');
      expect((await planSetup('localhost', options, folder, context)).items).toEqual([]);
    }
  });

  it('puts in a certificate that is given, and says on the second run that another one is to be rotated', async () => {
    const authority = await makeAuthority('theirs');
    const files = async (name: string): Promise<string[]> => {
      const made = await issueServerCertificate(authority, ['localhost']);
      writeFileSync(join(host.folder, `${name}.pem`), made.cert);
      writeFileSync(join(host.folder, `${name}.key`), made.key);
      writeFileSync(join(host.folder, 'root.pem'), authority.cert);
      const [cert, key, ca] = [`${name}.pem`, `${name}.key`, 'root.pem'].map((one) => join(host.folder, one));
      return ['--cert', cert ?? '', '--key', key ?? '', '--ca', ca ?? ''];
    };
    const first = await files('first');
    const { code, out } = await host.setup(...first);
    expect([code, out.includes('Certificate   given')]).toEqual([0, true]);
    expect(readFileSync(join(host.dir, 'ca.pem'), 'utf8').trim()).toBe(authority.cert.trim());
    expect(existsSync(join(host.dir, 'authority'))).toBe(false);
    expect((await host.setup(...first)).notes).toContain('nothing was changed');
    const other = await host.setup(...(await files('second')));
    expect([codeOf(other.notes), other.notes.includes('rotate certificates')]).toEqual([
      'AIRGAP_SET_UP_OTHERWISE',
      true,
    ]);
    expect(codeOf((await host.airgap('rotate', 'certificates')).notes)).toBe('AIRGAP_AUTHORITY_MISSING');
  });

  it.each([
    ['a host that is none', ['--also-name', 'a b'], 'USAGE'],
    ['an address written wrong', ['--also-name', '10.0.0'], 'USAGE'],
    [
      'more names than a certificate has',
      Array.from({ length: 20 }, (_, at) => ['--also-name', `h${at}`]).flat(),
      'USAGE',
    ],
    ['a name to listen on', ['--listen', 'localhost'], 'USAGE'],
    ['a key without a certificate', ['--key', 'x'], 'USAGE'],
    ['an account without units', ['--account', 'x'], 'USAGE'],
    ['a base that is no name', ['--pack-base', 'A//b'], 'USAGE'],
    ['a missing certificate', ['--cert', '/nowhere', '--key', '/nowhere'], 'FILE_NOT_FOUND'],
    ['a missing executable', ['--executable', '/nowhere'], 'AIRGAP_EXECUTABLE'],
    ['a unit of a checkout', ['--systemd', '--account', 'nobody'], 'AIRGAP_EXECUTABLE'],
  ])('refuses %s and writes nothing', async (_what, args, code) => {
    const refused = await host.setup(...args);
    expect([refused.code > 0, codeOf(refused.notes), existsSync(host.dir)]).toEqual([true, code, false]);
  });

  it('refuses a port that is taken, and one port for both', async () => {
    const server = createServer().listen(host.ports[1], '127.0.0.1');
    await once(server, 'listening');
    try {
      expect(codeOf((await host.setup()).notes)).toBe('AIRGAP_PORT_TAKEN');
    } finally {
      await once(server.close(), 'close');
    }
    expect(codeOf((await host.setup('--files-port', `${host.ports[0]}`)).notes)).toBe('USAGE');
    expect(existsSync(host.dir)).toBe(false);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'refuses a disk without room and writes nothing (needs root: a small tmpfs)',
    async () => {
      mkdirSync(host.dir);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', host.dir]);
      try {
        expect(codeOf((await host.setup()).notes)).toBe('AIRGAP_NO_ROOM');
        expect(readdirSync(host.dir)).toEqual([]);
      } finally {
        execFileSync('umount', [host.dir]);
      }
    },
  );

  it('waits for nobody who changes the host just now', async () => {
    const lock = lockFolder(host.dir, () => new Error('taken'));
    try {
      expect(codeOf((await host.setup()).notes)).toBe('AIRGAP_BUSY');
    } finally {
      lock.release();
    }
    expect((await host.setup()).code).toBe(0);
  });

  it('refuses by name what a newer version wrote, and what nobody wrote', async () => {
    await host.setup();
    const path = join(host.dir, 'state.json');
    const state = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...state, format: 2 }));
    for (const args of [['setup', 'localhost'], ['status'], ['serve', 'files'], ['rotate', 'passwords'], ['upgrade']])
      expect(codeOf((await host.airgap(...args)).notes)).toBe('AIRGAP_STATE_NEWER');
    writeFileSync(path, JSON.stringify({ ...state, filesPort: 0 }));
    expect(codeOf((await host.airgap('status')).notes)).toBe('AIRGAP_STATE_INVALID');
    rmSync(path);
    expect(codeOf((await host.airgap('status')).notes)).toBe('AIRGAP_NOT_SET_UP');
  });

  it('reads what the first version wrote', async () => {
    const written = new URL('../testing/state-format-1.json', import.meta.url);
    await host.setup();
    cpSync(written, join(host.dir, 'state.json'));
    expect(await readState(hostFolder(host.dir))).toMatchObject({
      host: 'support.example',
      phase: 'done',
      units: null,
    });
  });
});

describe('the units of a support host', () => {
  const state: HostState = {
    phase: 'done',
    host: 'support.example',
    names: ['support.example'],
    listen: '0.0.0.0',
    registryPort: 443,
    filesPort: 8443,
    packBase: 'p',
    imageBase: 'i',
    certificate: 'made',
    account: 'nobody',
    units: { scope: 'system', folder: '/etc/systemd/system' },
    executable: true,
  };
  const folder = hostFolder('/var/lib/sealift-airgap');

  it('may write to their own folder alone, and have the one right that a low port needs', () => {
    const [registry, files] = hostUnits(folder, state, '/usr/bin/env');
    expect(registry?.text).toContain('ExecStart=/usr/bin/env airgap serve registry --dir /var/lib/sealift-airgap\n');
    expect(registry?.text).toContain('ReadWritePaths=/var/lib/sealift-airgap/registry /var/lib/sealift-airgap/run\n');
    expect(registry?.text).toContain('CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n');
    expect(files?.text).toContain('CapabilityBoundingSet=\n');
    expect(files?.text).toContain('User=nobody\n');
    expect(isOwnUnit(files?.text ?? '')).toBe(true);
    expect(nextCommands(folder, state, '')).toEqual([
      'systemctl daemon-reload',
      'systemctl enable --now sealift-airgap-registry.service sealift-airgap-files.service',
    ]);
  });

  const hasSystemd = (process.env['PATH'] ?? '').split(':').some((one) => existsSync(join(one, 'systemd-analyze')));
  it.skipIf(!hasSystemd)('are taken by systemd, for the system and for a user (needs systemd-analyze)', async () => {
    const cancel = new AbortController().signal;
    for (const scope of ['system', 'user'] as const) {
      // systemd remarks on the account `nobody`.
      const account = scope === 'system' ? 'daemon' : null;
      const units = hostUnits(folder, { ...state, account, units: { scope, folder: '/x' } }, '/usr/bin/env');
      for (const { path, text: whole } of units) {
        // The folder is not on this machine.
        const text = whole.replace(/^WorkingDirectory=.*\n/m, '');
        const remarks = await verifyUnit(path, text, cancel, scope === 'user');
        expect(remarks.filter((one) => one.includes('sealift-airgap'))).toEqual([]);
        const wrong = text.replace('/usr/bin/env', '/nowhere/env');
        await expect(verifyUnit(path, wrong, cancel, scope === 'user')).rejects.toMatchObject({ code: 'UNIT_REFUSED' });
      }
    }
  });

  // Only root can have services run as another account, and make a folder that units do not hide.
  it.skipIf(process.getuid?.() !== 0)(
    'are written for an account, which has what the services write and read',
    async () => {
      const place = mkdtempSync('/var/sealift-airgap-test-');
      chmodSync(place, 0o755);
      try {
        const dir = join(place, 'host');
        const units = join(host.folder, 'units');
        const ports = ['--registry-port', `${host.ports[0]}`, '--files-port', `${host.ports[1]}`];
        const setup = async (...args: string[]) => {
          const { context, written } = testContext();
          const code = await run(['airgap', 'setup', 'localhost', '--dir', dir, ...args], context);
          return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
        };
        const systemd = ['--systemd', '--unit-dir', units, '--executable', '/usr/bin/env'];
        const missing = await setup(...ports, ...systemd, '--account', 'nobody-at-all');
        expect([codeOf(missing.notes), missing.notes.includes('useradd --system')]).toEqual([
          'AIRGAP_ACCOUNT_MISSING',
          true,
        ]);
        expect((await setup(...ports, '--executable', '/usr/bin/env')).code).toBe(0);
        expect(statSync(join(dir, 'users.json')).uid).toBe(0);
        const { code, out } = await setup(...systemd, '--account', 'nobody');
        expect(code).toBe(0);
        expect(out).toContain(`systemctl link ${units}/sealift-airgap-registry.service`);
        const uid = statSync(join(dir, 'files')).uid;
        const owners = ['registry', 'run', 'users.json', 'certificates/current/key.pem'].map(
          (path) => statSync(join(dir, path)).uid,
        );
        expect([uid > 0, owners]).toEqual([true, [uid, uid, uid, uid]]);
        const roots = ['.', 'state.json', 'authority/ca.key', 'certificates', 'bin/sealift'];
        expect(roots.map((path) => statSync(join(dir, path)).uid)).toEqual([0, 0, 0, 0, 0]);
        expect((await setup()).notes).toContain('nothing was changed');
        const unit = join(units, 'sealift-airgap-files.service');
        writeFileSync(unit, `${readFileSync(unit, 'utf8')}# mine\n`);
        expect(codeOf((await setup()).notes)).toBe('UNIT_FOREIGN');
      } finally {
        rmSync(place, { recursive: true, force: true });
      }
    },
  );
});

it('a certificate is replaced in one step, and the one of before is let go of after the next', async () => {
  await host.setup();
  const current = join(host.dir, 'certificates', 'current');
  const ids = [readlinkSync(current)];
  for (let turn = 0; turn < 2; turn += 1) {
    expect((await host.airgap('rotate', 'certificates')).code).toBe(0);
    ids.push(readlinkSync(current));
  }
  expect(new Set(ids).size).toBe(3);
  expect(ids.map((id) => existsSync(join(host.dir, 'certificates', id)))).toEqual([false, true, true]);
});

it('a certificate is not made by another authority than clients trust', async () => {
  await host.setup();
  const ca = readFileSync(join(host.dir, 'ca.pem'), 'utf8');
  rmSync(join(host.dir, 'authority', 'ca.key'));
  expect(codeOf((await host.airgap('rotate', 'certificates')).notes)).toBe('AIRGAP_AUTHORITY_MISSING');
  rmSync(join(host.dir, 'certificates'), { recursive: true });
  expect(codeOf((await host.setup()).notes)).toBe('AIRGAP_AUTHORITY_MISSING');
  expect(readFileSync(join(host.dir, 'ca.pem'), 'utf8')).toBe(ca);
});

it('a setup that was begun goes on with what it was told', async () => {
  const folder = hostFolder(host.dir);
  await host.setup('--also-name', 'b.example', '--pack-base', 'ours');
  const state = await readState(folder);
  if (state === undefined) throw new Error('it was set up');
  await writeState(folder, { ...state, phase: 'begun' });
  expect((await host.airgap('setup', 'localhost')).code).toBe(0);
  expect(await readState(folder)).toEqual(state);
});

it('the state of another phase is written and read again', async () => {
  await host.setup();
  const folder = hostFolder(host.dir);
  const state = await readState(folder);
  if (state === undefined) throw new Error('it was set up');
  await writeState(folder, { ...state, phase: 'begun' });
  expect(await readState(folder)).toEqual({ ...state, phase: 'begun' });
});
