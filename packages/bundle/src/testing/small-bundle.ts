import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { mediaTypes } from '@sealift/oci/descriptor';
import { addArtifact } from '../create/artifact.ts';
import { ContentSet } from '../create/content-set.ts';
import type { PlannedExecutable } from '../create/lay-out.ts';
import { type WrittenBundle, writeBundle } from '../create/write-bundle.ts';
import { generateKeyPair, type SecretKey } from '../minisign/keys.ts';
import type { Architecture } from '../stub/stub.ts';

/** A shell script in the place of the executable: says what it was called with, and ends with the code 42. */
export const scriptedExecutable = `#!/bin/sh
[ "$3" = --unpacked ] && rm -f "$0" && rmdir "\${0%/*}"
printf 'called:'
printf ' [%s]' "$@"
printf '\\n'
exit 42
`;

/** A bundle of a few kilobytes, for tests of the format alone. */
export async function writeSmallBundle(
  folder: string,
  options: {
    readonly secretKey?: SecretKey;
    readonly name?: string;
    readonly script?: string;
    /** In the place of the executable for arm64; without it the same. */
    readonly armScript?: string;
    /** What its one layer holds. */
    readonly layer?: Uint8Array;
    readonly splitBytes?: number;
  } = {},
): Promise<{ readonly bundle: WrittenBundle; readonly secretKey: SecretKey }> {
  const secretKey = options.secretKey ?? generateKeyPair();
  const content = new ContentSet();
  const script = options.script ?? scriptedExecutable;
  const addScript = async (architecture: Architecture, text: string): Promise<PlannedExecutable> => {
    const path = join(folder, `sealift-${architecture}.gz`);
    writeFileSync(path, gzipSync(text));
    chmodSync(path, 0o644);
    const { digest } = await content.addFile(path, 'executable', mediaTypes.octetStream);
    return { architecture, digest, unpackedSize: Buffer.byteLength(text) };
  };
  const executables = [await addScript('amd64', script), await addScript('arm64', options.armScript ?? script)];
  const layer = content.addBytes(options.layer ?? Buffer.from('layer'.repeat(300)), 'content', mediaTypes.octetStream);
  const descriptor = addArtifact(content, 'application/vnd.example.thing.v1', [{ descriptor: layer, title: 'layer' }]);
  const bundle = await writeBundle({
    kind: 'release',
    product: 'Harborview',
    version: '4.2.13',
    title: 'Airgap Setup - Version 4.2.13',
    index: {
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [{ ...descriptor, annotations: { 'org.opencontainers.image.ref.name': 'thing:1' } }],
    },
    content,
    executables,
    secretKey,
    output: join(folder, options.name ?? 'airgap-v4.2.13.bin'),
    splitBytes: options.splitBytes,
  });
  return { bundle, secretKey };
}
