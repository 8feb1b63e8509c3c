import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ReleasedTool, ReleaseFile } from '@sealift/core/release';
import { artifactTypes, layerTypes } from '../artifact/artifact-types.ts';
import type { Architecture } from '../stub/stub.ts';
import { addArtifact } from './artifact.ts';
import type { NamedEntry } from './bundle-index.ts';
import type { ContentSet } from './content-set.ts';
import type { PlannedExecutable } from './lay-out.ts';

/** The `sealift` executable for one kind of processor, as a gzip file. */
export interface BundleExecutable {
  readonly architecture: Architecture;
  readonly gzipPath: string;
}

/** Adds the executables that the stub starts, and the tools that the release brings. */
export async function addPrograms(
  content: ContentSet,
  executables: readonly BundleExecutable[],
  tools: ReleaseFile['spec']['content']['tools'],
  folder: string,
) {
  const entries: NamedEntry[] = [];
  const started: PlannedExecutable[] = [];
  for (const { architecture, gzipPath } of executables) {
    const blob = await content.addFile(gzipPath, 'executable', layerTypes.executableGzip);
    const descriptor = addArtifact(content, artifactTypes.executable, [{ descriptor: blob, title: 'sealift.gz' }]);
    const platform = { os: 'linux', architecture };
    entries.push({ name: `sealift-tools/sealift:linux-${architecture}`, descriptor: { ...descriptor, platform } });
    started.push({ architecture, digest: blob.digest, unpackedSize: await gzipContentSize(gzipPath) });
  }
  const released: ReleasedTool[] = [];
  for (const { name, platform, path } of tools) {
    const blob = await content.addFile(resolve(folder, path), 'content', layerTypes.tool);
    const descriptor = addArtifact(content, artifactTypes.tool, [{ descriptor: blob, title: name }]);
    entries.push({ name: `sealift-tools/${name}:${platform.replaceAll('/', '-')}`, descriptor });
    const sha256 = blob.digest.slice('sha256:'.length);
    released.push({ name, platform, sha256, digest: descriptor.digest, sizeBytes: blob.size });
  }
  return { entries, executables: started, tools: released };
}

/** What a gzip file holds, in bytes: its last field (RFC 1952, section 2.3.1), for content below 4 GiB. */
async function gzipContentSize(path: string): Promise<number> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  const field = Buffer.alloc(4);
  await file.read(field, 0, 4, size - 4);
  return field.readUInt32LE(0);
}
