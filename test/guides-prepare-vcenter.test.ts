import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type FileServer, startFileServer } from '@sealift/testkit/file-server';
import { peer } from '@sealift/testkit/peers';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { harborview } from '../examples/harborview/build.ts';
import { typeBlock } from './setup/guide.ts';
import { type Finished, sealift } from './setup/sealift.ts';

const [simulator, govc] = [peer('vcenter-simulator'), peer('govc')];
const absent = [simulator, govc].find(({ missing }) => missing);

describe.skipIf(absent !== undefined)(
  `vCenter as the guide prepares it${absent === undefined ? '' : ` (${absent.remedy})`}`,
  () => {
    const ova = 'u-2204-0-k-12610-0.ova';
    const template = '/DC0/vm/spectro-templates/r_u-2204-0-k-12610-0';
    let folder: string;
    let vcenter: VCenter;
    let server: FileServer;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'sealift-guides-site-'));
      const { bundles, publicKeyFile } = inject('built');
      mkdirSync(join(folder, 'keys'));
      cpSync(publicKeyFile, join(folder, 'keys', 'vendor.pub'));
      linkSync(new Map(bundles).get('4.2.13') ?? '', join(folder, 'airgap-v4.2.13.bin'));
      cpSync(join(harborview, '4.2.13', 'build', ova), join(folder, ova));
      vcenter = await startVCenter(simulator, { folder: 'spectro-templates' });
      writeFileSync(join(folder, 'vcenter-password'), `${vcenter.password}\n`, { mode: 0o600 });
      server = await startFileServer(folder);
    });
    afterAll(async () => {
      await server?.close();
      await vcenter?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const machine = () => ({
      PATH: `${dirname(sealift)}${delimiter}${process.env['PATH'] ?? ''}`,
      HOME: folder,
      TMPDIR: folder,
      SEALIFT_TRUSTED_KEYS: join(folder, 'keys'),
    });
    /** What the first block of the guide exports, with the values of this vCenter. */
    const exported = () => ({
      SEALIFT_VCENTER: vcenter.url,
      SEALIFT_VCENTER_USERNAME: vcenter.username,
      SEALIFT_VCENTER_PASSWORD_FILE: join(folder, 'vcenter-password'),
      SEALIFT_VCENTER_CA_FILE: vcenter.caFile,
    });
    const loggedIn = () => ({ cwd: folder, env: { ...machine(), ...exported() } });
    const ask = async (...args: string[]): Promise<string> => {
      const env = { ...process.env, ...vcenter.environment };
      return (await promisify(execFile)(govc.path, args, { env })).stdout;
    };
    const exit = ({ code, stderr }: Finished): string => `exit ${code}\n${stderr}`;

    it('is reached by the login that every command takes', async () => {
      const looked = await typeBlock('prepare-vcenter.md', 'export SEALIFT_VCENTER', {
        cwd: folder,
        env: machine(),
        instead: {
          'https://vcenter.example': vcenter.url,
          'sealift@vsphere.local': vcenter.username,
          '/root/vcenter-password': join(folder, 'vcenter-password'),
          '/root/vcenter-ca.pem': vcenter.caFile,
        },
      });
      expect(exit(looked)).toMatch(/^exit 0\n/);
    });

    it('has a role of the privileges that are listed', async () => {
      const made = await typeBlock('prepare-vcenter.md', 'sealift vsphere role', loggedIn());
      expect(exit(made)).toMatch(/^exit 0\n/);
      const listed = [...made.stdout.matchAll(/^([A-Z]\w+(?:\.\w+)+) /gm)].map(([, id]) => id);
      expect(listed.length).toBeGreaterThan(10);
      const has = (await ask('role.ls', 'Sealift')).split('\n');
      expect(has).toEqual(expect.arrayContaining(listed));
    });

    it('gets the template, out of whichever place the image is taken', async () => {
      const sha256 = createHash('sha256')
        .update(readFileSync(join(folder, ova)))
        .digest('hex');
      const made = await typeBlock('prepare-vcenter.md', 'sealift vsphere import-template airgap-v4.2.13.bin', {
        ...loggedIn(),
        instead: { 'https://files.example': server.url, '…': sha256 },
      });
      expect(exit(made)).toMatch(/^exit 0\n/);
      expect(made.stdout.match(/made the template/g)).toHaveLength(1);
      expect(made.stdout.match(/nothing was sent/g)).toHaveLength(2);
      expect(await ask('find', '/', '-type', 'm', '-config.template', 'true')).toBe(`${template}\n`);
    });

    it('has the template found that somebody put elsewhere under another name', async () => {
      await ask('object.rename', template, 'u-2204-0-k-12610-0');
      await ask('object.mv', '/DC0/vm/spectro-templates/u-2204-0-k-12610-0', '/DC0/vm');
      const mended = await typeBlock('prepare-vcenter.md', 'sealift vsphere templates --for', {
        ...loggedIn(),
        goesOn: true,
      });
      expect(exit(mended)).toMatch(/^exit 0\n/);
      expect(mended.stdout).toContain('lacks the prefix r_');
      expect(mended.stderr).toContain('would mend');
      expect(mended.stdout).toContain('r_u-2204-0-k-12610-0, needed by Harborview 4.2.13: ready');
      expect(await ask('find', '/', '-type', 'm', '-config.template', 'true')).toBe(`${template}\n`);
    });
  },
);
