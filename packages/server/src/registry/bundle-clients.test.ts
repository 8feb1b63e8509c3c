import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { createBundle } from '@sealift/bundle/create';
import { openBundle } from '@sealift/bundle/read';
import { writeSmallRelease } from '@sealift/testkit/small-release';
import { readBundleRelease, uploadRelease } from '@sealift/bundle/upload';
import type { Release } from '@sealift/core/release';
import { Secret } from '@sealift/core/secret';
import { digestOf } from '@sealift/oci/digest';
import { RegistryClient } from '@sealift/oci/registry-client';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { vendorKey } from '../testing/push-release.ts';
import { administrator, RunningPlatform } from '../testing/running-platform.ts';
import { imageBase, packBase } from '../catalogue/content-paths.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const peers = { skopeo: peer('skopeo'), crane: peer('crane'), oras: peer('oras'), helm: peer('helm') };
const missing = Object.values(peers).filter((one) => one.missing);
const execute = promisify(execFile);

describe.skipIf(missing.length > 0)(
  `a release uploaded from a bundle, in the hands of other clients${missing.map(({ remedy }) => ` (${remedy})`).join('')}`,
  () => {
    let folder: string;
    let platform: RunningPlatform;
    let registry: string;
    let release: Release;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sealift-bundle-clients-'));
      const releaseFile = await writeSmallRelease(await made('release'));
      const gzipPath = join(folder, 'sealift.gz');
      await writeFile(gzipPath, gzipSync('#!/bin/sh\n'));
      const output = join(folder, 'release.bin');
      const executables = [{ architecture: 'amd64', gzipPath }] as const;
      await createBundle({ releaseFile, output, secretKey: vendorKey, executables });
      platform = await RunningPlatform.start();
      registry = new URL(platform.console.url).host;
      await using bundle = await openBundle(output, { trustedKeys: [vendorKey.publicKey] });
      const verified = await readBundleRelease(bundle);
      const client = platform.registry();
      const packs = { client, base: packBase };
      await uploadRelease({ bundle, packs, images: { client, base: imageBase }, release: verified });
      client.close();
      release = verified.release;
    });
    afterAll(async () => {
      await platform?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    async function made(name: string): Promise<string> {
      await mkdir(join(folder, name), { recursive: true });
      return join(folder, name);
    }

    async function run(program: keyof typeof peers, ...args: string[]): Promise<string> {
      const env = { PATH: process.env['PATH'], HOME: folder, DOCKER_CONFIG: join(folder, 'docker') };
      return (await execute(peers[program].path, args, { cwd: folder, env })).stdout.trim();
    }

    it('skopeo, with an account’s password, copies an image whole', async () => {
      const [image] = release.spec.images;
      const path = `${registry}/${imageBase}/${String(image?.name)}`;
      const login = ['--src-creds', `${administrator.username}:${administrator.password}`, '--src-tls-verify=false'];
      const copy = ['copy', '--all', '--preserve-digests', ...login];
      await run('skopeo', ...copy, `docker://${path}`, `oci:${join(folder, 'image')}:x`);
      const index = JSON.parse(await readFile(join(folder, 'image', 'index.json'), 'utf8')) as object;
      expect(index).toMatchObject({ manifests: [{ digest: image?.digest }] });
      const wrong = run('skopeo', 'inspect', '--creds', 'admin:wrong', '--tls-verify=false', `docker://${path}`);
      await expect(wrong).rejects.toThrow(/not right|unauthorized|authentication required/i);
    });

    it('crane, with an API token, finds every image under its digest', async () => {
      await run('crane', 'auth', 'login', '-u', 'ci', '-p', platform.token, registry);
      for (const { name, digest } of release.spec.images) {
        const path = `${registry}/${imageBase}/${name}`;
        expect(await run('crane', 'digest', path)).toBe(digest);
        await run('crane', 'validate', '--remote', path);
      }
      expect(await run('crane', 'ls', `${registry}/${packBase}/sealift-catalog`)).toBe('release-harborview-4.2.13');
    });

    it('oras, with an API token, pulls the node image and the packs as they were', async () => {
      await run('oras', 'login', '--plain-http', '-u', 'ci', '-p', platform.token, registry);
      const { nodeImage, packs } = release.spec;
      const repository = `${registry}/${packBase}/sealift-node-images`;
      await run('oras', 'pull', '--plain-http', '-o', 'ova', `${repository}@${String(nodeImage?.digest)}`);
      const ova = await readFile(join(folder, 'ova', String(nodeImage?.ova)));
      expect(digestOf(ova)).toBe(`sha256:${String(nodeImage?.sha256)}`);
      for (const { name, version, digest } of packs) {
        const path = `${registry}/${packBase}/spectro-packs/archive/${name}:${version}`;
        expect(await run('oras', 'resolve', '--plain-http', path)).toBe(digest);
        await run('oras', 'pull', '--plain-http', '-o', 'packs', path);
      }
    });

    it('our client, with an API token as identity token, exchanges it for short ones', async () => {
      const credential = { kind: 'identity-token', token: new Secret(platform.token) } as const;
      const client = new RegistryClient({ registry, plainHttp: true, credential, env: {} });
      expect(await client.listTags(`${packBase}/sealift-catalog`)).toEqual(['release-harborview-4.2.13']);
      client.close();
    });

    it('helm, with an API token, pushes a chart beside it and pulls the same back', async () => {
      await run('helm', 'registry', 'login', '--plain-http', '-u', 'ci', '-p', platform.token, registry);
      await run('helm', 'create', 'sample');
      await run('helm', 'package', 'sample', '--version', '1.2.3');
      await run('helm', 'push', '--plain-http', 'sample-1.2.3.tgz', `oci://${registry}/team/charts`);
      const back = await made('back');
      await run(
        'helm',
        'pull',
        '--plain-http',
        '-d',
        back,
        '--version',
        '1.2.3',
        `oci://${registry}/team/charts/sample`,
      );
      const [sent, received] = [join(folder, 'sample-1.2.3.tgz'), join(back, 'sample-1.2.3.tgz')];
      expect(digestOf(await readFile(received))).toBe(digestOf(await readFile(sent)));
    });
  },
);
