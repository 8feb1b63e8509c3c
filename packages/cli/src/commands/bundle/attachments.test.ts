import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createBundle } from '@sealift/bundle/create';
import { parseSecretKey } from '@sealift/bundle/minisign';
import { writeSmallRelease } from '@sealift/testkit/small-release';
import { digestOf } from '@sealift/oci/digest';
import { openLayout, refNameAnnotation } from '@sealift/oci/layout';
import { serveRegistry } from '@sealift/registry/serve';
import { startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

const oras = peer('oras');
const dockerRegistry = peer('docker-registry');
const remedy = [oras, dockerRegistry].flatMap((one) => (one.missing ? [one.remedy] : [])).join('; ');
const sbomText = '{"spdxVersion":"SPDX-2.3","name":"busybox"}';
const packSbomText = '{"bomFormat":"CycloneDX","specVersion":"1.6"}';
const spdx = 'application/spdx+json';
const cyclonedx = 'application/vnd.cyclonedx+json';
const signature = 'application/vnd.cncf.notary.signature';
const cosign = 'application/vnd.dev.cosign.simplesigning.v1+json';

interface Registry {
  readonly registry: string;
  stop(): Promise<unknown>;
}

interface Discovered {
  readonly referrers: readonly { readonly reference: string; readonly artifactType: string }[];
}

describe.skipIf(oras.missing || dockerRegistry.missing)(`what is attached to images (${remedy})`, () => {
  let folder: string;
  /** Ours lists referrers by itself; docker-registry has them listed under tags. */
  let registries: Readonly<Record<'ours' | 'docker-registry', Registry>>;
  let image: string;
  /** Each bundle goes to a place of its own. */
  let base = 'site';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-cli-attachments-'));
    for (const name of ['trusted', 'release']) mkdirSync(join(folder, name));
    const served = await serveRegistry({
      storageDir: join(folder, 'storage'),
      host: '127.0.0.1',
      port: 0,
      authorize: () => Promise.resolve('push'),
    });
    registries = {
      ours: { registry: served.registry, stop: () => served.close() },
      'docker-registry': await startDockerRegistry(dockerRegistry),
    };
    await sealift('ours', 'keys', 'generate', '--out', join(folder, 'vendor'));
    await sealift('ours', 'keys', 'trust', join(folder, 'vendor.pub'));
    await writeSmallRelease(join(folder, 'release'));
    writeFileSync(join(folder, 'sbom.json'), sbomText);
    writeFileSync(join(folder, 'pack-sbom.json'), packSbomText);
    writeFileSync(join(folder, 'signature.txt'), 'a signature');
  }, 60_000);
  afterAll(async () => {
    for (const one of Object.values(registries ?? {})) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function sealift(target: keyof typeof registries, ...args: readonly string[]) {
    const { registry } = registries[target];
    const { context, written } = testContext({
      env: {
        HOME: folder,
        DOCKER_CONFIG: folder,
        SEALIFT_BIN_DIR: join(folder, 'bin'),
        SEALIFT_TRUSTED_KEYS: join(folder, 'trusted'),
        OCI_PACK_REGISTRY: registry,
        OCI_PACK_BASE: base,
        OCI_IMAGE_REGISTRY: registry,
        OCI_IMAGE_BASE: `${base}/images`,
      },
    });
    const code = await run(args, context);
    return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
  }

  async function runOras(...args: readonly string[]): Promise<string> {
    const options = { cwd: folder, env: { HOME: folder, DOCKER_CONFIG: folder }, timeout: 60_000 };
    return (await promisify(execFile)(oras.path, args, options)).stdout.trim();
  }

  async function attach(reference: string, type: string, file: string): Promise<string> {
    const plain = reference.startsWith('127.') ? ['--plain-http'] : ['--oci-layout'];
    const text = await runOras('attach', ...plain, '--format', 'json', '--artifact-type', type, reference, file);
    return (JSON.parse(text) as { digest: string }).digest;
  }

  /** A release with an image out of a registry and one out of a layout, both with attachments that oras made. */
  async function makeRelease(source: Registry): Promise<string> {
    const layout = join(folder, 'release', 'images');
    image = `${source.registry}/vendor/busybox`;
    const { index } = await openLayout(layout);
    const busybox = index.manifests.find((entry) => entry.annotations?.[refNameAnnotation] === 'busybox:1.36');
    const inLayout = `${layout}@${busybox?.digest}`;
    await runOras('copy', '--from-oci-layout', '--to-plain-http', inLayout, `${image}:1.36`);
    const sbom = await attach(`${image}:1.36`, spdx, `sbom.json:${spdx}`);
    await attach(`${image}@${sbom}`, signature, 'signature.txt:application/jose+json');
    const digest = await runOras('resolve', '--plain-http', `${image}:1.36`);
    const tag = `${digest.replace(':', '-')}.sig`;
    await runOras('push', '--plain-http', `${image}:${tag}`, `signature.txt:${cosign}`);
    // As oras leaves a layout: attachments and parts are entries without a name.
    await runOras(
      'copy',
      '--from-plain-http',
      '--to-oci-layout',
      '-r',
      `${image}:1.36`,
      `${join(folder, 'release', 'by-oras')}:1`,
    );
    await attach(`${join(folder, 'release', 'by-oras')}:1`, cyclonedx, `pack-sbom.json:${cyclonedx}`);
    const file = join(folder, 'release', 'release.yaml');
    const names = [
      `"docker://${image}:1.36"`,
      '{ source: "oci:./by-oras", name: "quay.io/example/busybox:1" }',
      '"oci:./images"',
    ];
    const text = readFileSync(file, 'utf8').replace(/images: \[ "oci.*/, `images: [ ${names.join(', ')} ]`);
    writeFileSync(file, text);
    return file;
  }

  it.each([
    { from: 'docker-registry', targets: ['ours', 'docker-registry'] },
    { from: 'ours', targets: ['docker-registry'] },
  ] as const)(
    'goes out of $from and a layout into a bundle, and from there into $targets',
    { timeout: 60_000 },
    async ({ from, targets }) => {
      base = `from-${from}`;
      await writeSmallRelease(join(folder, 'release'));
      rmSync(join(folder, 'release', 'by-oras'), { recursive: true, force: true });
      const file = await makeRelease(registries[from]);
      const output = join(folder, 'attached.bin');
      // By hand, as the command would build the executables first.
      const secretKey = parseSecretKey(readFileSync(join(folder, 'vendor.key'), 'utf8'), 'vendor.key');
      await createBundle({ releaseFile: file, output, secretKey, executables: [], env: { DOCKER_CONFIG: folder } });
      const inspected = await sealift(from, 'bundle', 'inspect', output, '--json');
      const { attachments } = JSON.parse(inspected.out) as {
        attachments: readonly { kind: string; subject: string }[];
      };
      expect(attachments).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ kind: 'sbom', format: 'SPDX', title: 'sbom.json' }),
          expect.objectContaining({ kind: 'sbom', format: 'CycloneDX', title: 'pack-sbom.json' }),
          expect.objectContaining({ kind: 'signature', format: signature }),
        ]),
      );
      for (const target of targets) {
        expect(await sealift(target, 'bundle', 'run', output)).toMatchObject({ code: 0 });
        await expectAttached(registries[target], image);
        const again = await sealift(target, 'bundle', 'run', output, '--', '--json');
        expect(JSON.parse(again.out)).toMatchObject({ ok: true, sentBytes: 0 });
      }
      if (from === 'docker-registry') await expectAttached(registries.ours, 'quay.io/example/busybox');
    },
  );

  /** Digest for digest and byte for byte, by oras. */
  async function expectAttached({ registry }: Registry, original: string): Promise<void> {
    const repository = `${registry}/${base}/images/${original.replace(/:(?=\d+\/)/, '_')}`;
    const tag = original.startsWith('quay.io') ? '1' : '1.36';
    const discover = async (reference: string): Promise<Discovered['referrers']> =>
      (
        JSON.parse(
          await runOras('discover', '--plain-http', '--depth', '1', '--format', 'json', reference),
        ) as Discovered
      ).referrers;
    const found = await discover(`${repository}:${tag}`);
    expect(found.map(({ artifactType }) => artifactType).toSorted()).toEqual([spdx, cyclonedx].toSorted());
    for (const { reference, artifactType } of found) {
      const manifest = await runOras('manifest', 'fetch', '--plain-http', reference);
      expect(reference.endsWith(digestOf(manifest))).toBe(true);
      const [layer] = (JSON.parse(manifest) as { layers: readonly { digest: string }[] }).layers;
      const bytes = await runOras('blob', 'fetch', '--plain-http', '--output', '-', `${repository}@${layer?.digest}`);
      expect(bytes).toBe(artifactType === spdx ? sbomText : packSbomText);
      if (artifactType === spdx)
        expect((await discover(reference)).map((one) => one.artifactType)).toEqual([signature]);
    }
    if (original.startsWith('quay.io')) return;
    const digest = await runOras('resolve', '--plain-http', `${repository}:${tag}`);
    const signed = await runOras('manifest', 'fetch', '--plain-http', `${repository}:${digest.replace(':', '-')}.sig`);
    expect(signed).toContain(cosign);
  }
});
