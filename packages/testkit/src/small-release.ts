import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { mediaTypes } from '@sealift/oci/descriptor';
import { LayoutWriter } from '@sealift/oci/layout';
import { packTar } from 'modern-tar';
import { packOva, sampleFiles } from './sample-ova.ts';

/** The image that the CNI's pack names. */
export const smallImage = 'docker.io/kindest/kindnetd:v20230227-15197099';
export const smallOva = 'u-2204-0-k-12610-0.ova';

/** Writes a release of three small packs, two images and a node image; gives the path of its `release.yaml`. */
export async function writeSmallRelease(folder: string): Promise<string> {
  writePack(folder, { name: 'ubuntu-vsphere', version: '22.04', layer: 'os' }, '');
  writePack(folder, { name: 'kubernetes', version: '1.26.10', layer: 'k8s' }, 'pack:\n  podCIDR: 192.168.0.0/16\n');
  const calico = `pack:\n  content:\n    images:\n      - image: ${smallImage}\ncharts: {}\n`;
  writePack(folder, { name: 'cni-calico', version: '3.26.1', layer: 'cni' }, calico);
  const layout = await LayoutWriter.create(join(folder, 'images'));
  await addImage(layout, smallImage, 'kindnetd');
  await addImage(layout, 'busybox:1.36', 'busybox');
  await layout.finish();
  const disk = { name: 'node-disk1.vmdk', content: Buffer.from('ova'.repeat(50_000)) };
  writeFileSync(join(folder, smallOva), await packOva(sampleFiles([disk])));
  const file = join(folder, 'release.yaml');
  writeFileSync(file, releaseYaml);
  return file;
}

const releaseYaml = `apiVersion: sealift.dev/v1
kind: Release
metadata: { product: Harborview, version: 4.2.13 }
spec:
  upgradesFrom:
    - { range: ">=4.2.0 <4.2.13" }
  kubernetes: { version: 1.26.10, supported: ">=1.26 <1.28" }
  nodeImage: { ova: ${smallOva}, os: ubuntu-22.04, kubernetes: 1.26.10 }
  layers:
    - { layer: os, pack: ubuntu-vsphere, version: "22.04" }
    - { layer: k8s, pack: kubernetes, version: 1.26.10 }
    - { layer: cni, pack: cni-calico, version: 3.26.1 }
  content:
    packs: [ "./packs/*" ]
    images: [ "oci:./images" ]
    nodeImage: ./${smallOva}
`;

function writePack(folder: string, pack: { name: string; version: string; layer: string }, values: string): void {
  const path = join(folder, 'packs', `${pack.name}-${pack.version}`);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'pack.json'), JSON.stringify({ ...pack, displayName: pack.name }));
  writeFileSync(join(path, 'values.yaml'), values);
}

/** A real image of one file. */
async function addImage(layout: LayoutWriter, name: string, text: string): Promise<void> {
  const header = { name: 'hello', size: text.length, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 };
  const tar = Buffer.from(await packTar([{ header, body: text }]));
  const layer = await layout.addBlob(gzipSync(tar), { mediaType: mediaTypes.layerGzip });
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(tar).digest('hex')}`] },
  };
  const described = await layout.addBlob(Buffer.from(JSON.stringify(config)), { mediaType: mediaTypes.config });
  const manifest = { schemaVersion: 2 as const, mediaType: mediaTypes.manifest, config: described, layers: [layer] };
  layout.addIndexEntry(await layout.addManifest(manifest), name);
}
