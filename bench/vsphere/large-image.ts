import { createHash } from 'node:crypto';
import { createWriteStream, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sampleDescriptor } from '@sealift/testkit/sample-ova';
import { contentOf } from '../bundle/mixed-content.ts';
import { runProgram } from '../bundle/run-program.ts';

/** A node image, and its disk by itself for a program that sends only files. */
export interface LargeImage {
  readonly ova: string;
  readonly disk: string;
}

const mebibyte = 2 ** 20;
const diskName = 'node-disk1.vmdk';

/** Makes an OVA whose disk has this size: bytes that do not compress, as the simulator does not look into it. */
export async function makeLargeImage(folder: string, mebibytes: number): Promise<LargeImage> {
  const disk = join(folder, diskName);
  const sizeBytes = mebibytes * mebibyte;
  const hash = createHash('sha256');
  const source = async function* () {
    for await (const chunk of contentOf('random', `disk ${mebibytes}`, sizeBytes)) {
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(source, createWriteStream(disk));
  const descriptor = sampleDescriptor([{ name: diskName, content: { length: sizeBytes } }]);
  const ownDigest = createHash('sha256').update(descriptor).digest('hex');
  const names = ['node.ovf', 'node.mf', diskName];
  writeFileSync(join(folder, 'node.ovf'), descriptor);
  writeFileSync(
    join(folder, 'node.mf'),
    `SHA256(node.ovf)= ${ownDigest}\nSHA256(${diskName})= ${hash.digest('hex')}\n`,
  );
  const ova = join(folder, 'node.ova');
  await runProgram('tar', ['--format=ustar', '-C', folder, '-cf', ova, ...names]);
  rmSync(join(folder, 'node.ovf'));
  return { ova, disk };
}
