import { execFileSync } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBase } from '@sealift/bundle/base';
import { type CreatedBundle, createBundle } from '@sealift/bundle/create';
import { generateKeyPair } from '@sealift/bundle/minisign';
import { peer } from '@sealift/testkit/peers';
import { packOva, sampleFiles } from '@sealift/testkit/sample-ova';
import { smallOva, writeSmallRelease } from '@sealift/testkit/small-release';

export const qemuImg = peer('qemu-img');

/** A disk of the same incompressible bytes each time. */
export function sampleDisk(bytes: number): Buffer {
  return createCipheriv('aes-256-ctr', Buffer.alloc(32), Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

/** The same content behind a new block, as on a disk that was made anew. */
export function rebuiltDisk(disk: Buffer): Buffer {
  return Buffer.concat([Buffer.alloc(4096, 'new'), disk.subarray(0, -4096)]);
}

/** Writes a small release whose node image is this. @returns the path of its release.yaml */
export async function writeReleaseWith(folder: string, version: string, ova: Buffer): Promise<string> {
  const releaseFile = await writeSmallRelease(folder);
  const name = `u-2204-0-k-${version.replaceAll('.', '')}-0.ova`;
  rmSync(join(folder, smallOva));
  writeFileSync(join(folder, name), ova);
  const text = readFileSync(releaseFile, 'utf8').replaceAll('4.2.13', version).replaceAll(smallOva, name);
  writeFileSync(releaseFile, text);
  return releaseFile;
}

/** Makes releases whose node images hold given disks, and bundles of them, in a folder. */
export class RebuiltReleases {
  readonly folder: string;
  readonly secretKey = generateKeyPair();
  readonly trustedKeys = [this.secretKey.publicKey];

  constructor(folder: string) {
    this.folder = folder;
  }

  /** An OVA whose disk qemu-img writes. @param change what is done to the VMDK before it is packed */
  async ovaOf(name: string, raw: Buffer, change: (vmdk: Buffer) => Buffer = (same) => same): Promise<Buffer> {
    const [from, to] = [join(this.folder, `${name}.raw`), join(this.folder, `${name}.vmdk`)];
    writeFileSync(from, raw);
    execFileSync(qemuImg.path, ['convert', '-O', 'vmdk', '-o', 'subformat=streamOptimized', from, to]);
    return await packOva(sampleFiles([{ name: 'disk.vmdk', content: change(readFileSync(to)) }]));
  }

  bundleOf(version: string): string {
    return join(this.folder, `${version}.bin`);
  }

  /** @param base version of which a bundle was made before: then it is a differential one */
  async create(version: string, ova: Buffer, base?: string): Promise<CreatedBundle> {
    const releaseFile = await writeReleaseWith(mkdtempSync(join(this.folder, 'release-')), version, ova);
    await using opened = base === undefined ? undefined : await openBase(this.bundleOf(base), this.trustedKeys);
    return await createBundle({
      releaseFile,
      output: this.bundleOf(version),
      secretKey: this.secretKey,
      executables: [],
      ...(opened === undefined ? {} : { base: opened }),
    });
  }
}
