import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SealiftError } from '@sealift/core/errors';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stubBytes } from '../format/manifest.ts';
import { generateKeyPair } from '../minisign/keys.ts';
import { openBundle } from '../read/open-bundle.ts';
import { verifyBundle } from '../read/verify-bundle.ts';
import { scriptedExecutable } from '../testing/small-bundle.ts';
import { smallImage, smallOva, writeSmallRelease } from '@sealift/testkit/small-release';
import { pinnedBy } from '../upload/pinned-content.ts';
import { readBundleRelease } from '../upload/upload.ts';
import { type CreatedBundle, createBundle } from './create-bundle.ts';

const skopeo = peer('skopeo');
const secretKey = generateKeyPair();
let folder: string;
let release: string;
let created: CreatedBundle;
let executables: { architecture: 'amd64'; gzipPath: string }[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-create-'));
  mkdirSync(join(folder, 'release'));
  release = await writeSmallRelease(join(folder, 'release'));
  executables = [{ architecture: 'amd64', gzipPath: join(folder, 'sealift.gz') }];
  writeFileSync(join(folder, 'sealift.gz'), gzipSync(scriptedExecutable));
  created = await create(release, 'airgap-v4.2.13.bin');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function create(releaseFile: string, name: string, more = {}): Promise<CreatedBundle> {
  return await createBundle({ releaseFile, output: join(folder, name), secretKey, executables, ...more });
}

/** Creates from a changed copy of the release and gives the refusal. */
async function refusal(change: (folder: string) => void): Promise<SealiftError> {
  const copy = mkdtempSync(join(folder, 'changed-'));
  cpSync(join(folder, 'release'), copy, { recursive: true });
  change(copy);
  try {
    await create(join(copy, 'release.yaml'), 'refused.bin');
  } catch (error) {
    expect(readdirSync(folder).filter((name) => name.includes('refused'))).toEqual([]);
    if (error instanceof SealiftError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

function edit(path: string, from: string | RegExp, to: string): void {
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
}

describe('createBundle', () => {
  it('refuses a node image of another name than the release says', async () => {
    const error = await refusal((copy) => {
      renameSync(join(copy, smallOva), join(copy, 'u-2204-0-k-1289-0.ova'));
      edit(join(copy, 'release.yaml'), `nodeImage: ./${smallOva}`, 'nodeImage: ./u-2204-0-k-1289-0.ova');
    });
    expect(error).toMatchObject({ code: 'NODE_IMAGE_OTHER_NAME', message: expect.stringContaining(smallOva) });
  });

  it.each([
    ['a: [\n', 'MERGE_YAML_INVALID'],
    ['a: 1\na: 2\n', 'MERGE_KEY_DUPLICATE'],
    ['a:\n\t- b\n', 'MERGE_YAML_INVALID'],
    ['a: *nobody\n', 'MERGE_YAML_INVALID'],
  ])('refuses values of a pack that no site could merge: %j', async (values, cause) => {
    const error = await refusal((copy) => writeFileSync(join(copy, 'packs/kubernetes-1.26.10/values.yaml'), values));
    expect([error.code, error.place]).toEqual(['PACK_VALUES_INVALID', expect.stringContaining('kubernetes')]);
    if (error.cause instanceof SealiftError) expect(error.cause.code).toBe(cause);
  });

  it('makes a bundle that verifies and pins everything by digest', async () => {
    const path = join(folder, 'airgap-v4.2.13.bin');
    const { manifest } = await verifyBundle(path, { trustedKeys: [secretKey.publicKey] });
    expect(manifest).toEqual(created.bundle?.manifest);
    const { spec } = created.release;
    expect(spec.packs.map(({ name }) => name)).toEqual(['cni-calico', 'kubernetes', 'ubuntu-vsphere']);
    expect(spec.images.map(({ name }) => name)).toEqual([
      'docker.io/kindest/kindnetd:v20230227-15197099',
      'docker.io/library/busybox:1.36',
    ]);
    expect(spec.nodeImage).toMatchObject({
      ova: smallOva,
      sizeBytes: statSync(join(folder, 'release', smallOva)).size,
    });
    await using bundle = await openBundle(path, { trustedKeys: [secretKey.publicKey] });
    expect((await readBundleRelease(bundle)).release).toEqual(created.release);
    for (const { digest } of [...spec.packs, ...spec.images]) {
      expect(await bundle.size(digest as `sha256:${string}`)).toBeGreaterThan(0);
    }
  });

  it('carries what the release declares, and nothing of it where it declares nothing', async () => {
    expect(created.release.spec).not.toHaveProperty('releaseSteps');
    const copy = mkdtempSync(join(folder, 'declaring-'));
    cpSync(join(folder, 'release'), copy, { recursive: true });
    const declared = `checks:
    - name: database
      title: The database is well
      query: { apiVersion: apps/v1, kind: StatefulSet, namespace: harbor, name: db }
      field: .status.readyReplicas
      expect: { atLeast: 3 }
      remedy: Bring back its members.
  releaseSteps:
    - name: tugs
      title: Take tugs out of v1alpha1
      at: { before: cni-cni-calico }
      do: { kind: move-stored-version, definition: tugs.harbor.example.com, from: v1alpha1 }`;
    edit(join(copy, 'release.yaml'), '\n  layers:', `\n  ${declared}\n  layers:`);
    const { release: made } = await create(join(copy, 'release.yaml'), 'declaring.bin');
    await using bundle = await openBundle(join(folder, 'declaring.bin'), { trustedKeys: [secretKey.publicKey] });
    const { spec } = (await readBundleRelease(bundle)).release;
    expect(spec).toEqual(made.spec);
    expect(spec.checks).toMatchObject([{ name: 'database', severity: 'block', expect: { atLeast: 3 } }]);
    expect(spec.releaseSteps).toMatchObject([{ name: 'tugs', do: { kind: 'move-stored-version' } }]);
  });

  it('refuses what a release declares wrongly, before anything is made', async () => {
    const error = await refusal((copy) =>
      edit(
        join(copy, 'release.yaml'),
        '\n  layers:',
        '\n  checks: [{ name: db, title: The database, remedy: Mend it., query: { apiVersion: v1, kind: Pod }, expect: { equals: 1 } }]\n  layers:',
      ),
    );
    expect(error).toMatchObject({ code: 'RELEASE_INVALID', message: expect.stringContaining('of which field') });
  });

  it('gives the same bytes from another folder and another file order', async () => {
    const other = mkdtempSync(join(folder, 'elsewhere-'));
    await writeSmallRelease(other);
    await create(join(other, 'release.yaml'), 'again.bin');
    const first = readFileSync(join(folder, 'airgap-v4.2.13.bin'));
    expect(readFileSync(join(folder, 'again.bin')).equals(first)).toBe(true);
    expect(readFileSync(join(folder, 'again.bin.minisig'))).toEqual(
      readFileSync(join(folder, 'airgap-v4.2.13.bin.minisig')),
    );
  });

  it('writes nothing on a dry run', async () => {
    const { bundle, release: pinned, marker } = await create(release, 'dry.bin', { dryRun: true });
    expect(bundle).toBeUndefined();
    expect(pinned).toEqual(created.release);
    expect(marker).toEqual(created.marker);
    expect(readdirSync(folder)).not.toContain('dry.bin');
  });

  it('leaves nothing when it is stopped', async () => {
    const cancel = AbortSignal.abort();
    await expect(create(release, 'stopped.bin', { cancel })).rejects.toThrow('stopped on request');
    expect(readdirSync(folder).filter((name) => name.includes('stopped'))).toEqual([]);
  });

  it('names an output that cannot be written', async () => {
    await expect(create(release, 'sealift.gz/x.bin')).rejects.toThrow('cannot be written');
    await expect(create(release, 'none/x.bin')).rejects.toThrow('cannot be written');
  });

  it('keeps an older bundle when it fails', async () => {
    writeFileSync(join(folder, 'older.bin'), 'older');
    await expect(create(release, 'older.bin', { cancel: AbortSignal.abort() })).rejects.toThrow('stopped');
    expect(readFileSync(join(folder, 'older.bin'), 'utf8')).toBe('older');
  });

  it('names every image that a pack names and no source holds', async () => {
    const missing = await refusal((copy) => {
      const values = join(copy, 'packs/cni-calico-3.26.1/values.yaml');
      edit(values, `      - image: ${smallImage}`, '      - image: nginx:1.25\n      - image: quay.io/a/b:1');
    });
    expect(missing.code).toBe('RELEASE_IMAGE_MISSING');
    expect(missing.message).toContain('nginx:1.25, named by pack cni-calico 3.26.1, pack.content.images');
    expect(missing.message).toContain('quay.io/a/b:1, named by');
  });

  it('refuses a layer whose pack is not inside', async () => {
    const error = await refusal((copy) => edit(join(copy, 'release.yaml'), 'version: 3.26.1', 'version: 3.26.2'));
    expect(error.code).toBe('RELEASE_PACK_MISSING');
    expect(error.message).toContain('cni-calico 3.26.2');
  });

  it('pins the components of the Cluster API providers, and refuses those that are not inside', async () => {
    const components =
      'clusterApi: { core: 1.10.4, kubeadm: 1.10.4, vsphere: 1.13.1, components: { pack: capi, version: 1.10.4 } }';
    const name = (copy: string) => edit(join(copy, 'release.yaml'), '\n  layers:', `\n  ${components}\n  layers:`);
    const error = await refusal(name);
    expect(error).toMatchObject({ code: 'RELEASE_PACK_MISSING', place: 'spec.clusterApi.components' });
    expect(error.message).toContain('capi 1.10.4');
    const copy = mkdtempSync(join(folder, 'providers-'));
    cpSync(join(folder, 'release'), copy, { recursive: true });
    name(copy);
    const pack = join(copy, 'packs/capi-1.10.4');
    mkdirSync(pack);
    writeFileSync(join(pack, 'pack.json'), '{"name":"capi","displayName":"CAPI","version":"1.10.4","layer":"addon"}');
    writeFileSync(join(pack, 'values.yaml'), '');
    const { spec } = (await create(join(copy, 'release.yaml'), 'providers.bin')).release;
    const { digest } = spec.packs.find((one) => one.name === 'capi') ?? {};
    expect(spec.clusterApi?.components).toEqual({ pack: 'capi', version: '1.10.4', digest });
  });

  it('refuses a node image that is another than the release says, or none', async () => {
    const wrong = `kubernetes: 1.26.10, sha256: "${'0'.repeat(64)}" }`;
    const mismatch = await refusal((copy) => edit(join(copy, 'release.yaml'), 'kubernetes: 1.26.10 }', wrong));
    expect(mismatch.code).toBe('NODE_IMAGE_MISMATCH');
    const none = await refusal((copy) => edit(join(copy, 'release.yaml'), /\n {4}nodeImage: .*\n$/, '\n'));
    expect(none.code).toBe('NODE_IMAGE_MISSING');
  });

  it('brings the node images of the minors between along, each by its name', async () => {
    const between = 'u-2204-0-k-1259-0.ova';
    const copy = mkdtempSync(join(folder, 'between-'));
    cpSync(join(folder, 'release'), copy, { recursive: true });
    cpSync(join(copy, smallOva), join(copy, between));
    const file = join(copy, 'release.yaml');
    edit(
      file,
      '  layers:\n',
      `  intermediateNodeImages: [{ ova: ${between}, os: u, kubernetes: 1.25.9 }]\n  layers:\n`,
    );
    const make = () => create(file, 'between.bin');
    await expect(make()).rejects.toMatchObject({
      code: 'NODE_IMAGE_MISSING',
      message: expect.stringContaining(between),
    });
    edit(file, '  content:\n', `  content:\n    intermediateNodeImages: [ ./${between} ]\n`);
    const { release } = await make();
    const { nodeImage, intermediateNodeImages } = release.spec;
    expect(intermediateNodeImages).toEqual([
      {
        ...nodeImage,
        ova: between,
        os: 'u',
        kubernetes: '1.25.9',
        digest: expect.stringMatching(/^sha256:/),
      },
    ]);
    await using bundle = await openBundle(join(folder, 'between.bin'), { trustedKeys: [secretKey.publicKey] });
    const verified = await readBundleRelease(bundle);
    expect(verified.release).toEqual(release);
    const [image] = pinnedBy(verified).nodeImages;
    expect(image?.ova).toBe(between);
    expect(await bundle.size((image?.digest ?? '') as `sha256:${string}`)).toBeGreaterThan(0);
  });

  it('refuses a layout with a blob missing, damaged or of another size', async () => {
    const blobs = (copy: string): string[] =>
      readdirSync(join(copy, 'images/blobs/sha256')).map((name) => join(copy, 'images/blobs/sha256', name));
    for (const index of blobs(join(folder, 'release')).keys()) {
      const missing = await refusal((copy) => rmSync(blobs(copy)[index] ?? ''));
      expect(missing.code).toBe('CONTENT_MISSING');
      const damaged = await refusal((copy) => {
        const path = blobs(copy)[index] ?? '';
        const bytes = readFileSync(path);
        bytes.writeUInt8(bytes.readUInt8(5) ^ 1, 5);
        writeFileSync(path, bytes);
      });
      expect(damaged.code).toBe('CONTENT_DIGEST_MISMATCH');
    }
  });

  it('refuses sources it cannot read, by name', async () => {
    const error = await refusal((copy) => edit(join(copy, 'release.yaml'), '"oci:./images"', '"docker-daemon:y:1"'));
    expect(error.code).toBe('BUNDLE_SOURCE_UNSUPPORTED');
    const pattern = await refusal((copy) => edit(join(copy, 'release.yaml'), '"./packs/*"', '"./pecks/*"'));
    expect(pattern.message).toContain('./pecks/*');
  });
});

describe.skipIf(skopeo.missing)(`the payload with plain tail, tar and skopeo (${skopeo.remedy})`, () => {
  let layout: string;
  const run = (...args: string[]): string => execFileSync(skopeo.path, args, { encoding: 'utf8', stdio: 'pipe' });

  beforeAll(() => {
    layout = join(folder, 'payload');
    mkdirSync(layout);
    const path = join(folder, 'airgap-v4.2.13.bin');
    execFileSync('sh', ['-c', `tail -c +${stubBytes + 1} "$1" | tar x -C "$2"`, 'sh', path, layout]);
  });

  it('is an OCI layout whose images skopeo inspects and copies', () => {
    for (const { name, digest } of created.release.spec.images) {
      const inspected = JSON.parse(run('inspect', `oci:${layout}:${name}`)) as { Architecture: string; Digest: string };
      expect(inspected).toMatchObject({ Architecture: 'amd64', Digest: digest });
      run('copy', `oci:${layout}:${name}`, `oci:${join(folder, 'copied')}:${name}`);
    }
  });

  it('has packs that skopeo copies', () => {
    for (const { name, version } of created.release.spec.packs) {
      const reference = `spectro-packs/archive/${name}:${version}`;
      run('copy', `oci:${layout}:${reference}`, `oci:${join(folder, 'copied')}:${reference}`);
    }
  });
});
