import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { unpackExecutable } from './setup/bundle-executable.ts';
import { blockToType, guideBlocks } from './setup/guide.ts';
import { run } from './setup/sealift.ts';

const [curl, skopeo] = [peer('curl'), peer('skopeo')];
const isRoot = process.getuid?.() === 0;
const patience = 90_000;
const kinds = ['registry', 'files'] as const;

/**
 * The guide of the support host as it is typed by root, with the executable out of a bundle. systemd itself does not run here, but in
 * `systemd-support-host.long.test.ts`: `systemctl` and `useradd` are told and do nothing, and the services are started by the lines of their units, as the
 * account that these name.
 */
describe.skipIf(!isRoot || curl.missing || skopeo.missing)(
  `the support host, as its guide says it (needs root; ${curl.remedy}; ${skopeo.remedy})`,
  () => {
    let folder: string;
    let dir: string;
    let blocks: readonly string[];
    let env: Record<string, string>;
    let ports: readonly number[];
    let passwords: Record<string, string> = {};
    const services: ChildProcess[] = [];

    beforeAll(async () => {
      // Units hide folders for temporary files from the services.
      folder = mkdtempSync('/var/sealift-support-host-');
      chmodSync(folder, 0o755);
      dir = join(folder, 'host');
      ports = await Promise.all([freePort(), freePort()]);
      for (const name of ['bin', 'home', 'work', 'units']) mkdirSync(join(folder, name));
      await unpackExecutable(join(folder, 'bin', 'sealift.real'));
      program('sealift', shim());
      for (const name of ['systemctl', 'useradd']) program(name, `echo "${name} $*" >> ${folder}/told`);
      const { bundles, publicKeyFile } = inject('built');
      copyFileSync(new Map(bundles).get('4.2.13') ?? '', join(folder, 'work', 'airgap-v4.2.13.bin'));
      copyFileSync(publicKeyFile, join(folder, 'work', 'vendor.pub'));
      env = {
        PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
        HOME: join(folder, 'home'),
        XDG_STATE_HOME: join(folder, 'state'),
        SEALIFT_BIN_DIR: join(folder, 'set-up'),
        SEALIFT_TRUSTED_KEYS: join(folder, 'trusted'),
      };
      blocks = await guideBlocks('support-host.md');
    }, patience);
    afterAll(async () => {
      await Promise.all(services.map(end));
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    });

    function program(name: string, text: string): void {
      writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    }
    /** What the guide leaves to what is usual, and a test cannot: folder, ports, account. */
    function shim(): string {
      const own = `--listen 127.0.0.1 --registry-port ${ports[0]} --files-port ${ports[1]}`;
      const units = `--unit-dir ${folder}/units --account nobody`;
      return `real=${folder}/bin/sealift.real
case "$1 $2" in
"airgap setup") exec "$real" "$@" --dir ${dir} ${own} ${units} ;;
"airgap "*) exec "$real" "$@" --dir ${dir} ;;
*) exec "$real" "$@" ;;
esac`;
    }
    async function types(guide: string, words: string) {
      const block = await blockToType(guide, words);
      const typed = block
        .replaceAll('support.example:5443', `localhost:${ports[0]}`)
        .replaceAll('support.example:8443', `localhost:${ports[1]}`)
        .replaceAll('support.example', 'localhost')
        .replaceAll('/var/lib/sealift-airgap', dir);
      const done = await run('sh', ['-e', '-c', typed], { env, cwd: join(folder, 'work') });
      expect({ words, ...done }).toMatchObject({ words, code: 0 });
      return `${done.stdout}\n${done.stderr}`;
    }
    /** Starts the command of a unit as its account. */
    function starts(kind: string): void {
      const unit = readFileSync(join(folder, 'units', `sealift-airgap-${kind}.service`), 'utf8');
      const [command = '', ...args] = (/^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '').split(' ');
      const { uid, gid } = statSync(join(dir, 'files'));
      expect([/^User=(.*)$/m.exec(unit)?.[1], uid > 0]).toEqual(['nobody', true]);
      services.push(
        spawn(command, args, { uid, gid, cwd: join(dir, 'run'), env: { PATH: '/usr/bin' }, stdio: 'ignore' }),
      );
    }
    const status = async (): Promise<{ services: { service: string; answers: boolean; reason: string | null }[] }> => {
      const { stdout } = await run('sealift', ['airgap', 'status', '--json'], { env });
      return JSON.parse(stdout);
    };
    const runningFiles = () =>
      kinds.map(
        (kind) => (JSON.parse(readFileSync(join(dir, 'run', `${kind}.json`), 'utf8')) as { file: string }).file,
      );
    const identity = (path: string): string => {
      const { dev, ino, mtimeMs } = statSync(path);
      return `${dev}:${ino}:${mtimeMs}`;
    };

    it('has these blocks', () => {
      expect(blocks.map((one) => one.split('\n')[0])).toEqual([
        'useradd --system --shell /usr/sbin/nologin sealift-airgap',
        'systemctl daemon-reload',
        'mkdir -p ~/.docker',
        expect.stringMatching(/^curl --netrc --cacert ca\.pem --upload-file/),
        'sealift airgap status',
        'sealift airgap rotate certificates',
        'sealift airgap upgrade --dry-run',
      ]);
    });

    it('is set up, with units for an account', async () => {
      const said = await types('support-host.md', 'useradd ');
      expect(said).toContain('Nothing was written.');
      expect(said).toContain('systemctl enable --now sealift-airgap-registry.service sealift-airgap-files.service');
      passwords = Object.fromEntries(
        [...said.matchAll(/^ {2}(uploader|reader) +(\w{32})$/gm)].map(([, a, b]) => [a, b]),
      );
      expect(Object.keys(passwords)).toEqual(['uploader', 'reader']);
      expect(statSync(join(dir, 'bin', 'sealift')).uid).toBe(0);
      await types('support-host.md', 'systemctl ');
      expect(readFileSync(join(folder, 'told'), 'utf8')).toContain('systemctl enable --now sealift-airgap-registry');
      for (const kind of kinds) starts(kind);
      const answers = async () => (await status()).services.map((one) => one.answers);
      await expect.poll(answers, { timeout: patience, interval: 500 }).toEqual([true, true]);
      expect(await types('support-host.md', 'sealift airgap status')).toContain('certificate good until');
    }, 180_000);

    it('has a bundle upload to it', async () => {
      writeFileSync(join(folder, 'work', 'uploader-password'), passwords['uploader'] ?? '', { mode: 0o600 });
      await run('sealift', ['keys', 'trust', join(folder, 'work', 'vendor.pub')], { env });
      expect(await types('support-host.md', 'mkdir ')).toContain('Setup Completed');
    }, 180_000);

    it('keeps a file, and gives it to curl and to sealift', async () => {
      const login = `machine localhost login uploader password ${passwords['uploader']}\n`;
      writeFileSync(join(folder, 'home', '.netrc'), login, { mode: 0o600 });
      copyFileSync(join(dir, 'ca.pem'), join(folder, 'work', 'ca.pem'));
      await types('support-host.md', 'curl ');
      const [sent, fetched, again] = ['airgap-v4.2.13.bin', 'fetched.bin', 'again.bin'].map((name) =>
        readFileSync(join(folder, 'work', name)),
      );
      expect([fetched?.equals(sent ?? fetched), again?.equals(sent ?? again)]).toEqual([true, true]);
    }, 180_000);

    it('takes other certificates and passwords, and ends the old ones', async () => {
      const said = await types('support-host.md', 'sealift airgap rotate certificates');
      expect(said.match(/shows it/g)).toHaveLength(2);
      expect(said).toMatch(/^ {2}uploader +\w{32}$/m);
      expect(said).toContain('are good no more');
    }, 180_000);

    it('goes over to a newer sealift, and back from one that does not come up', async () => {
      const real = join(folder, 'bin', 'sealift.real');
      const before = identity(join(dir, 'bin', 'sealift'));
      expect(runningFiles()).toEqual([before, before]);
      // Another file that does the same: what stands behind the end of an ELF file is not looked at.
      appendFileSync(real, 'newer');
      const said = await types('support-host.md', 'sealift airgap upgrade');
      expect(said.match(/runs it/g)).toHaveLength(2);
      const after = identity(join(dir, 'bin', 'sealift'));
      expect(after).not.toBe(before);
      expect([runningFiles(), identity(join(dir, 'bin', 'sealift.previous'))]).toEqual([[after, after], before]);

      const bad = join(folder, 'bad');
      writeFileSync(bad, `#!/bin/sh\n[ "$1" = version ] && exec ${real} "$@"\nexit 7\n`, { mode: 0o755 });
      const refused = await run('sealift', ['airgap', 'upgrade', '--executable', bad], { env });
      expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('AIRGAP_NOT_UPGRADED') });
      expect(refused.stderr).toContain('it ended with 7');
      expect(identity(join(dir, 'bin', 'sealift'))).toBe(after);
      const answers = async () => (await status()).services.map((one) => one.answers);
      await expect.poll(answers, { timeout: patience, interval: 500 }).toEqual([true, true]);
      expect(runningFiles()).toEqual([after, after]);
    }, 240_000);

    it('ends in order', async () => {
      await Promise.all(services.map(end));
      expect(services.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
      expect(kinds.map((kind) => existsSync(join(dir, 'run', `${kind}.json`)))).toEqual([false, false]);
    }, 180_000);
  },
);

async function end(service: ChildProcess): Promise<void> {
  if (service.exitCode !== null || service.signalCode !== null) return;
  const ended = once(service, 'exit');
  service.kill('SIGTERM');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}
