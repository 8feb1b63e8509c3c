import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generateKeyPair } from '../minisign/keys.ts';
import { writeSmallRelease } from '@sealift/testkit/small-release';
import { createBundle, type CreatedBundle } from './create-bundle.ts';

const secretKey = generateKeyPair();
let folder: string;
let release: string;
let pack: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-complete-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
  const copy = mkdtempSync(join(folder, 'release-'));
  release = await writeSmallRelease(copy);
  pack = join(copy, 'packs/cni-calico-3.26.1');
  mkdirSync(join(pack, 'manifests'));
  mkdirSync(join(pack, 'charts'));
});

async function create(): Promise<CreatedBundle> {
  const output = join(folder, 'never.bin');
  return await createBundle({ releaseFile: release, output, secretKey, executables: [], dryRun: true });
}

async function writeChart(values: string, template = ''): Promise<void> {
  const files = {
    'Chart.yaml': 'name: calico\nappVersion: 3.26.1\n',
    'values.yaml': values,
    'templates/a.yaml': template,
  };
  const tar = await packTar(
    Object.entries(files).map(([name, body]) => ({ header: { name: `calico/${name}`, size: body.length }, body })),
  );
  writeFileSync(join(pack, 'charts/calico-3.26.1.tgz'), gzipSync(tar));
}

const deployment = (image: string): string => `spec:\n  containers:\n    - { name: a, image: "${image}" }\n`;

describe('the check for completeness', () => {
  it('lists every missing image, once, with everything that names it', async () => {
    writeFileSync(
      join(pack, 'manifests/a.yaml'),
      `${deployment('quay.io/x/absent:1')}---\n${deployment('busybox:1.36')}`,
    );
    writeFileSync(join(pack, 'manifests/b.yaml'), deployment('quay.io/x/absent:1'));
    await writeChart('image: { repository: quay.io/x/chart, tag: "" }', 'image: quay.io/x/literal:2\n');
    await expect(create()).rejects.toMatchObject({
      code: 'RELEASE_IMAGE_MISSING',
      message: `3 of the images that are named are not among the content:
  quay.io/x/absent:1, named by pack cni-calico 3.26.1, manifests/a.yaml:3; pack cni-calico 3.26.1, manifests/b.yaml:3
  quay.io/x/chart:3.26.1 or quay.io/x/chart:v3.26.1, named by pack cni-calico 3.26.1, charts/calico-3.26.1.tgz/values.yaml#/image
  quay.io/x/literal:2, named by pack cni-calico 3.26.1, charts/calico-3.26.1.tgz/templates/a.yaml:1`,
    });
  });

  it('takes what the release says is elsewhere, by its name alone, and tells of exceptions that nothing needs', async () => {
    writeFileSync(join(pack, 'manifests/a.yaml'), deployment('nginx'));
    appendFileSync(release, '    elsewhere: [ "docker.io/library/nginx:latest", "quay.io/x/needless:1" ]\n');
    expect((await create()).unchecked).toEqual({ uncertain: [], needlessElsewhere: ['quay.io/x/needless:1'] });
    writeFileSync(join(pack, 'manifests/a.yaml'), deployment('nginx:2'));
    await expect(create()).rejects.toThrow('nginx:2, named by');
  });

  it('finds an image by digest, that of one processor included, and not under another digest', async () => {
    const [, image] = (await create()).images;
    const digest = image?.descriptor.digest ?? '';
    writeFileSync(join(pack, 'manifests/a.yaml'), deployment(`docker.io/library/busybox:1.36@${digest}`));
    await create();
    writeFileSync(join(pack, 'manifests/a.yaml'), deployment(`busybox@sha256:${'0'.repeat(64)}`));
    await expect(create()).rejects.toMatchObject({ code: 'RELEASE_IMAGE_MISSING' });
  });

  it('says what only rendering could tell', async () => {
    await writeChart('{}', 'image: {{ include "calico.image" . }}\n');
    const { unchecked } = await create();
    expect(unchecked.uncertain).toEqual([
      {
        place: 'pack cni-calico 3.26.1, charts/calico-3.26.1.tgz/templates/a.yaml:1',
        text: '{{ include "calico.image" . }}',
        why: 'template',
      },
    ]);
  });

  it('accepts a name without a registry under any registry, where values name it', async () => {
    await writeChart('defaultImageRegistry: docker.io\nimage: { repository: kindnetd, tag: v20230227-15197099 }\n');
    await create();
  });

  it('refuses a chart that is none', async () => {
    writeFileSync(join(pack, 'charts/calico-3.26.1.tgz'), 'x');
    await expect(create()).rejects.toMatchObject({ code: 'CHART_INVALID' });
  });
});
