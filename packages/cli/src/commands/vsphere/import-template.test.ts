import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createBundle } from '@sealift/bundle/create';
import { formatPublicKey, generateKeyPair } from '@sealift/bundle/minisign';
import { smallOva, writeSmallRelease } from '@sealift/testkit/small-release';
import { peer } from '@sealift/testkit/peers';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { makeDisk, packOva, sampleFiles } from '@sealift/testkit/sample-ova';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

const simulator = peer('vcenter-simulator');
const govc = peer('govc');
const qemu = peer('qemu-img');
/** A server of this machine, until it is disposed of. */
async function serve(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const missing = [simulator, govc, qemu].find((one) => one.missing);

describe.skipIf(missing !== undefined)(
  `sealift vsphere import-template${missing === undefined ? '' : ` (${missing.remedy})`}`,
  { timeout: 60_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'sealift-cli-import-'));
    const bundle = join(folder, 'airgap.bin');
    let vcenter: VCenter;
    let ova: Buffer;
    let sha256: string;

    beforeAll(async () => {
      vcenter = await startVCenter(simulator);
      const release = await writeSmallRelease(folder);
      ova = await packOva(sampleFiles([makeDisk(qemu.path, folder, 'disk.vmdk', 3, 'bundled')]));
      sha256 = createHash('sha256').update(ova).digest('hex');
      writeFileSync(join(folder, smallOva), ova);
      const secretKey = generateKeyPair();
      writeFileSync(join(folder, 'release.pub'), formatPublicKey(secretKey.publicKey));
      const gzipPath = join(folder, 'sealift.gz');
      writeFileSync(gzipPath, gzipSync('#!/bin/sh\n'));
      const executables = [{ architecture: 'amd64' as const, gzipPath }];
      await createBundle({ releaseFile: release, output: bundle, secretKey, executables });
    }, 60_000);
    afterAll(async () => {
      await vcenter.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    async function sealift(args: readonly string[], env: Record<string, string> = login()) {
      const { context, written } = testContext({ env: { HOME: folder, PATH: process.env['PATH'], ...env } });
      const code = await run(args, context);
      return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
    }
    const login = (): Record<string, string> => ({
      SEALIFT_VCENTER: vcenter.url,
      SEALIFT_VCENTER_USERNAME: vcenter.username,
      SEALIFT_VCENTER_PASSWORD: vcenter.password,
    });
    const command = (image: string, ...more: string[]): string[] => {
      const trust = ['--ca-file', vcenter.caFile, '--public-key', join(folder, 'release.pub')];
      return ['vsphere', 'import-template', image, ...trust, '--network', 'VM Network', '--create-folder', ...more];
    };

    it('takes the node image out of a bundle, whose release says what it is', async () => {
      const { code, out, notes } = await sealift(command(bundle, '--json'));
      expect([code, notes]).toEqual([0, '']);
      const path = '/DC0/vm/spectro-templates/r_u-2204-0-k-12610-0';
      const identity = { ova: sha256, kubernetes: '1.26.10', os: 'ubuntu-22.04' };
      expect(JSON.parse(out)).toMatchObject({ outcome: 'imported', path, identity });
      const found = execFileSync(govc.path, ['find', '/', '-type', 'm'], {
        env: { ...process.env, ...vcenter.environment },
        encoding: 'utf8',
      });
      expect(found).toBe(`${path}\n`);
    });

    it('finds the same from a file, with the password from a file and the certificate pinned', async () => {
      const password = join(folder, 'password');
      writeFileSync(password, `${vcenter.password}\n`);
      const options = ['--vcenter', vcenter.url, '--username', vcenter.username, '--password-file', password];
      const image = join(folder, smallOva);
      const pinned = ['--thumbprint', vcenter.thumbprint];
      const { code, out } = await sealift(['vsphere', 'import-template', image, ...options, ...pinned], {});
      expect([code, out]).toEqual([0, expect.stringContaining('nothing was sent')]);
    });

    it('is told by variables whose certificate to trust and where the password is; an option goes before them', async () => {
      const password = join(folder, 'password');
      writeFileSync(password, `${vcenter.password}\n`);
      const { SEALIFT_VCENTER_PASSWORD: _, ...where } = login();
      const env = { ...where, SEALIFT_VCENTER_PASSWORD_FILE: password, SEALIFT_VCENTER_CA_FILE: vcenter.caFile };
      const told = ['vsphere', 'import-template', join(folder, smallOva)];
      const present = expect.stringContaining('nothing was sent') as unknown;
      expect(await sealift(told, env)).toMatchObject({ code: 0, out: present });
      const pinned = { ...env, SEALIFT_VCENTER_CA_FILE: '', SEALIFT_VCENTER_THUMBPRINT: vcenter.thumbprint };
      expect(await sealift(told, pinned)).toMatchObject({ code: 0, out: present });
      const other = { ...env, SEALIFT_VCENTER_CA_FILE: '/nowhere/ca.pem', SEALIFT_VCENTER_PASSWORD_FILE: '/nowhere' };
      const options = ['--thumbprint', vcenter.thumbprint, '--password-file', password];
      expect(await sealift([...told, ...options], other)).toMatchObject({ code: 0, out: present });
      const both = { ...env, SEALIFT_VCENTER_THUMBPRINT: vcenter.thumbprint };
      expect(await sealift(told, both)).toMatchObject({
        code: 1,
        notes: expect.stringContaining('not both') as unknown,
      });
    });

    it('takes it from a URL, and says that plain HTTP proves nothing without --sha256', async () => {
      await using server = await serve((_, response) => void response.end(ova));
      const url = `${server.url}/other.ova`;
      const proven = await sealift(command(url, '--sha256', sha256));
      expect([proven.code, proven.notes]).toEqual([0, '']);
      expect(proven.out).toContain('made the template /DC0/vm/spectro-templates/r_other');
      const again = await sealift(command(url));
      expect([again.code, again.notes]).toEqual([0, expect.stringContaining('--sha256')]);
    });

    it('logs in where the URL wants it, by netrc or by variables, and nowhere else', async () => {
      const heard: (string | undefined)[] = [];
      let wants = 200;
      await using store = await serve((request, response) => {
        heard.push(request.headers.authorization);
        if (wants === 200) response.end(ova);
        else response.writeHead(wants).end();
      });
      const granted = `Basic ${Buffer.from('ann:pw').toString('base64')}`;
      await using front = await serve((request, response) => {
        if (request.headers.authorization !== granted) return void response.writeHead(401).end();
        response.writeHead(302, { location: `${store.url}/other.ova` }).end();
      });
      const asked = command(`${front.url}/other.ova`, '--sha256', sha256, '--dry-run');
      const refusal = (code: string) => ({ code: 1, notes: expect.stringContaining(code) as unknown });
      expect(await sealift(asked)).toMatchObject(refusal('DOWNLOAD_LOGIN_NEEDED'));
      const netrc = join(folder, 'netrc');
      writeFileSync(netrc, 'machine 127.0.0.1 login ann password wrong\n');
      const wrong = await sealift(asked, { ...login(), NETRC: netrc });
      expect(wrong).toMatchObject(refusal('DOWNLOAD_LOGIN_REFUSED'));
      expect(wrong.notes).not.toContain('password wrong');
      writeFileSync(netrc, 'machine 127.0.0.1 login ann password pw\n');
      expect(await sealift(asked, { ...login(), NETRC: netrc })).toMatchObject({ code: 0 });
      const variables = { SEALIFT_DOWNLOAD_USERNAME: 'ann', SEALIFT_DOWNLOAD_PASSWORD: 'pw' };
      expect(await sealift(asked, { ...login(), ...variables })).toMatchObject({ code: 0 });
      wants = 401;
      expect(await sealift(asked, { ...login(), ...variables })).toMatchObject(refusal('DOWNLOAD_REFUSED'));
      expect(new Set(heard)).toEqual(new Set([undefined]));
      const elsewhere = command('http://files.example/other.ova');
      expect(await sealift(elsewhere, { ...login(), ...variables })).toMatchObject(refusal('DOWNLOAD_LOGIN_EXPOSED'));
      const written = await sealift(command('https://ann:hunter2@files.example/other.ova'));
      expect(written).toMatchObject(refusal('USAGE'));
      expect(written.notes).not.toContain('hunter2');
    });

    it.each<[string, string[], Record<string, string>, string]>([
      [
        'no password',
        [],
        { SEALIFT_VCENTER: 'https://v', SEALIFT_VCENTER_USERNAME: 'u' },
        'VSPHERE_CREDENTIALS_MISSING',
      ],
      ['no address', [], {}, 'VSPHERE_CREDENTIALS_MISSING'],
      ['a password among the arguments', ['--password', 'hunter2'], {}, 'USAGE'],
      ['two ways to trust', ['--thumbprint', 'ab'.repeat(32)], {}, 'USAGE'],
      ['a SHA-256 that is none', ['--sha256', 'abc'], {}, 'INPUT_INVALID'],
    ])('refuses %s', async (_, options, env, code) => {
      const image = join(folder, smallOva);
      const given = ['vsphere', 'import-template', image, '--ca-file', vcenter.caFile, ...options];
      const refused = await sealift(given, env);
      expect([refused.code, refused.notes]).toEqual([
        expect.toSatisfy((exit) => exit !== 0),
        expect.stringContaining(code),
      ]);
    });
  },
);
