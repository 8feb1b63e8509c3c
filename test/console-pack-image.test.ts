import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programVersion } from '@sealift/core/program-version';
import { upgradeFormat } from '@sealift/core/upgrade';
import { type BoundProcess, runBound } from '@sealift/testkit/bound-process';
import { peer } from '@sealift/testkit/peers';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type PostgresServer, startPostgres } from '../packages/server/src/testing/postgres-server.ts';
import { unpackExecutable } from './setup/bundle-executable.ts';
import { architecture, writeBaseImage } from './setup/console-pack/platform-with-console.ts';
import { run, sealift } from './setup/sealift.ts';

const peers = [peer('umoci'), peer('skopeo'), peer('postgres')] as const;
const [umoci, skopeo, postgres] = peers;
const absent = peers.find(({ missing }) => missing);
const made = z.object({ folder: z.string(), version: z.string(), image: z.string(), packs: z.array(z.string()) });
const name = `sealift.dev/console:${programVersion}`;
/** Only root may change the root folder of a program (chroot(2)). */
const isRoot = process.getuid?.() === 0;

/** The image of the console and its packs, made of the executable that a bundle brings. */
describe.skipIf(absent !== undefined)(
  `the console's packs and image${absent === undefined ? '' : ` (${absent.remedy})`}`,
  { timeout: 300_000 },
  () => {
    let folder: string;
    let executable: string;
    let root: string;
    let database: PostgresServer | undefined;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'sealift-console-image-'));
      executable = await unpackExecutable(join(folder, 'sealift'));
      root = join(folder, 'unpacked', 'rootfs');
      await writeBaseImage(join(folder, 'base'), executable);
    }, 300_000);
    afterAll(async () => {
      await database?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const env = () => ({ ...process.env, XDG_CACHE_HOME: join(folder, 'cache') });
    const command = (...args: string[]) => run(sealift, args, { env: env(), cwd: folder });
    const pack = (output: string, base: string, ...more: string[]) =>
      command(
        'server',
        'pack',
        '-o',
        output,
        '--base',
        `oci:${base}`,
        '--executable',
        executable,
        '--architecture',
        architecture,
        ...more,
      );

    it('are written whole, the image pinned by its digest in both packs', async () => {
      const { code, stdout, stderr } = await pack('console', 'base', '--json');
      expect(`${code} ${stderr}`).toMatch(/^0 /);
      const told = made.parse(JSON.parse(stdout));
      expect(told).toMatchObject({
        version: programVersion,
        packs: ['packs/sealift-console-image', 'packs/sealift-console'],
      });
      const inspected = z.object({ Digest: z.string(), Architecture: z.string() }).parse(
        JSON.parse(
          execFileSync(skopeo.path, ['inspect', `oci:${join(folder, 'console', 'image')}:${name}`], {
            encoding: 'utf8',
          }),
        ),
      );
      expect(told.image).toBe(`${name}@${inspected.Digest}`);
      expect(inspected.Architecture).toBe(architecture);
      const manifests = ['sealift-console-image/manifests/image.yaml', 'sealift-console/manifests/console.yaml'];
      for (const path of manifests) {
        expect(readFileSync(join(folder, 'console', 'packs', path), 'utf8')).toContain(`image: ${told.image}\n`);
      }
      expect(readFileSync(join(folder, 'console', 'packs', manifests[1] ?? ''), 'utf8')).toContain(
        `sealift.dev/reads-upgrades: "${upgradeFormat}"`,
      );
    });

    it('go into a bundle of a release that names both layers', async () => {
      await command('keys', 'generate', '--out', 'vendor');
      const layer = (pack_: string) =>
        `    - { layer: addon, pack: ${pack_}, version: ${JSON.stringify(programVersion)} }`;
      const release = [
        'apiVersion: sealift.dev/v1',
        'kind: Release',
        'metadata: { product: Harborview, version: 4.2.14 }',
        'spec:',
        '  upgradesFrom: [ { range: ">=4.2.0 <4.2.14" } ]',
        '  kubernetes: { version: 1.26.10, supported: ">=1.26 <1.28" }',
        '  layers:',
        ...['sealift-console-image', 'sealift-console'].map(layer),
        '  steps: { layer-addon-sealift-console: { rollback: one-way } }',
        '  content:',
        '    packs: [ ./console/packs/sealift-console-image, ./console/packs/sealift-console ]',
        '    images: [ "oci:./console/image" ]',
      ];
      writeFileSync(join(folder, 'release.yaml'), release.join('\n'));
      const args = ['-f', 'release.yaml', '-o', 'airgap.bin', '--key', 'vendor.key', '--executable', executable];
      const { code, stdout, stderr } = await command(
        'bundle',
        'create',
        ...args,
        '--architecture',
        architecture,
        '--json',
      );
      expect(`${code} ${stderr}`).toMatch(/^0 /);
      expect(JSON.parse(stdout)).toMatchObject({
        release: { spec: { images: [{ name: expect.stringContaining(name) }] } },
      });
      const verified = await command('bundle', 'verify', 'airgap.bin', '--public-key', 'vendor.pub');
      expect(`${verified.code} ${verified.stderr}`).toMatch(/^0 /);
    });

    it.skipIf(!isRoot)(
      'runs as an account of no host on a file system that it cannot write to, with PostgreSQL (needs root)',
      async () => {
        execFileSync(umoci.path, [
          'unpack',
          '--image',
          `${join(folder, 'console', 'image')}:${name}`,
          join(folder, 'unpacked'),
        ]);
        const { process: start } = z
          .object({
            process: z.object({ args: z.array(z.string()), user: z.object({ uid: z.number(), gid: z.number() }) }),
          })
          .parse(JSON.parse(readFileSync(join(folder, 'unpacked', 'config.json'), 'utf8')));
        expect(start).toEqual({ args: ['/usr/local/bin/sealift'], user: { uid: 65_532, gid: 65_532 } });
        const pod = inPod(start.user);
        expect(execFileSync('unshare', pod('version', '--json'), { encoding: 'utf8' })).toContain(
          `"version":"${programVersion}"`,
        );

        database = await startPostgres(postgres.path);
        const log = join(folder, 'pod.log');
        const environment = {
          DATABASE_URL: await database.newDatabase(),
          HOME: '/var/lib/sealift',
          SEALIFT_TRUSTED_PROXY: '',
        };
        const args = pod('server', 'run', '--data', '/var/lib/sealift', '--listen', '127.0.0.1:0', '--json');
        const console_: BoundProcess = runBound('unshare', args, { log, environment });
        try {
          const line = await waitUntil(
            'the console',
            () => /^\{"url".*$/m.exec(readFileSync(log, 'utf8'))?.[0],
            120_000,
          );
          const { url } = z.object({ url: z.string() }).parse(JSON.parse(line));
          for (const probe of ['healthz', 'readyz']) expect((await fetch(`${url}/${probe}`)).status).toBe(200);
          expect(readdirSync(join(folder, 'data'))).toContain('folder.lock');
          expect(existsSync(join(root, 'var', 'lib', 'sealift', 'folder.lock'))).toBe(false);
        } finally {
          await console_.stop(60_000);
        }
      },
    );

    /** As a kubelet has a container started: the image's root read-only, a volume for data and an empty folder for temporary files. */
    function inPod({ uid, gid }: { readonly uid: number; readonly gid: number }) {
      for (const path of ['var/lib/sealift', 'proc']) mkdirSync(join(root, path), { recursive: true });
      const data = join(folder, 'data');
      mkdirSync(data);
      execFileSync('chown', [`${uid}:${gid}`, data]);
      const script = [
        'mount --bind "$0" "$0"',
        'mount -t proc proc "$0/proc"',
        'mount --bind "$1" "$0/var/lib/sealift"',
        'mount -t tmpfs -o mode=1777 tmpfs "$0/tmp"',
        'mount -o remount,bind,ro "$0"',
        `root=$0; shift; exec chroot --userspec=${uid}:${gid} "$root" /usr/local/bin/sealift "$@"`,
      ].join(' && ');
      return (...args: string[]) => ['--mount', 'sh', '-c', script, root, data, ...args];
    }

    it.each<[string, string, string, () => Promise<void>]>([
      [
        'lacks a library',
        'bare',
        'IMAGE_BASE_UNFIT',
        () => writeBaseImage(join(folder, 'bare'), executable, { without: 'libstdc++' }),
      ],
      [
        'is for other processors',
        'other',
        'IMAGE_BASE_UNFIT',
        () => writeBaseImage(join(folder, 'other'), executable, { of: 'riscv64' }),
      ],
      ['is not there', 'nowhere', 'LAYOUT_INVALID', () => Promise.resolve()],
    ])('are not made on an image that %s, and nothing is left behind', async (_what, base, code, prepare) => {
      await prepare();
      const before = readdirSync(folder).toSorted();
      const refused = await pack('refused', base);
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(`code: ${code}`) });
      expect(
        readdirSync(folder)
          .filter((one) => one !== 'cache')
          .toSorted(),
      ).toEqual(before.filter((one) => one !== 'cache'));
    });

    it.each([
      ['a folder that is there', ['console', 'base'], 'PACK_FOLDER_TAKEN'],
      ['a name with a tag', ['refused', 'base', '--image', 'sealift.dev/console:1'], 'USAGE'],
    ])('are refused with %s', async (_what, args, code) => {
      const [output = '', base = '', ...more] = args;
      expect((await pack(output, base, ...more)).stderr).toContain(`code: ${code}`);
      expect(existsSync(join(folder, 'refused'))).toBe(false);
    });
  },
);
