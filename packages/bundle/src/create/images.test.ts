import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DockerRegistry, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKeyPair } from '../minisign/keys.ts';
import { openBundle } from '../read/open-bundle.ts';
import { verifyBundle } from '../read/verify-bundle.ts';
import { smallImage, writeSmallRelease } from '@sealift/testkit/small-release';
import { createBundle, type CreatedBundle } from './create-bundle.ts';

const skopeo = peer('skopeo');
const dockerRegistry = peer('docker-registry');
const remedy = [skopeo, dockerRegistry]
  .filter(({ missing }) => missing)
  .map((one) => one.remedy)
  .join('; ');
const secretKey = generateKeyPair();
const busybox = 'docker.io/library/busybox:1.36';

describe.skipIf(skopeo.missing || dockerRegistry.missing)(`images from everywhere (${remedy})`, () => {
  let folder: string;
  let release: string;
  let registry: DockerRegistry;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-images-'));
    release = await writeSmallRelease(folder);
    registry = await startDockerRegistry(dockerRegistry);
    const layout = (name: string): string => `oci:${join(folder, 'images')}:${name}`;
    const copy = (...args: readonly string[]): void => {
      execFileSync(skopeo.path, ['copy', '--dest-tls-verify=false', ...args], { stdio: 'pipe' });
    };
    copy(layout('busybox:1.36'), `docker-archive:${join(folder, 'busybox.tar')}:${busybox}`);
    copy(layout(smallImage), `oci-archive:${join(folder, 'kindnetd.tar')}:${smallImage}`);
    copy('--preserve-digests', layout(smallImage), `docker://${registry.registry}/kindnetd:1`);
  });
  afterAll(async () => {
    await registry?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function create(name: string, images: readonly unknown[]): Promise<CreatedBundle> {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, readFileSync(release, 'utf8').replace(/images: .*/, `images: ${JSON.stringify(images)}`));
    const output = join(folder, `${name}.bin`);
    return await createBundle({
      releaseFile: file,
      output,
      secretKey,
      executables: [],
      env: { DOCKER_CONFIG: folder },
    });
  }

  it('hold each blob once, whatever names it, and the same bytes each time', async () => {
    const images = [
      'docker-archive:./busybox.tar',
      'oci-archive:./kindnetd.tar',
      { source: 'oci-archive:./kindnetd.tar', name: 'quay.io/copy/of:1' },
      { source: `docker://${registry.registry}/kindnetd:1`, name: smallImage },
    ];
    const { release: pinned, bundle } = await create('all', images);
    expect(pinned.spec.images.map(({ name }) => name)).toEqual([smallImage, busybox, 'quay.io/copy/of:1']);
    expect(pinned.spec.images[2]?.digest).toBe(pinned.spec.images[0]?.digest);
    const paths = (bundle?.manifest.members ?? []).map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    const once = await create('once', images.slice(0, 2));
    // Only the marker tells of the other name.
    expect(once.bundle?.manifest.members.length).toBe(paths.length);
    await create('again', images.toReversed());
    expect(readFileSync(join(folder, 'again.bin')).equals(readFileSync(join(folder, 'all.bin')))).toBe(true);
    await verifyBundle(join(folder, 'all.bin'), { trustedKeys: [secretKey.publicKey] });
    await using opened = await openBundle(join(folder, 'all.bin'), { trustedKeys: [secretKey.publicKey] });
    expect(opened.index.manifests.length).toBe(3 + 3 + 1 + 1);
  });

  it('are refused when two sources give one name different content', async () => {
    const images = ['docker-archive:./busybox.tar', 'oci:./images'];
    await expect(create('conflict', images)).rejects.toMatchObject({ code: 'BUNDLE_CONFLICT' });
  });

  it('stream out of a registry into the bundle', async () => {
    const remote = [
      { source: `docker://${registry.registry}/kindnetd:1`, name: smallImage },
      'docker-archive:./busybox.tar',
    ];
    await create('remote', remote);
    await create('local', ['oci-archive:./kindnetd.tar', 'docker-archive:./busybox.tar']);
    expect(readFileSync(join(folder, 'remote.bin')).equals(readFileSync(join(folder, 'local.bin')))).toBe(true);
  });
});
