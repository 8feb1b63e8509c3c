import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { packTar } from 'modern-tar';
import { randomBytes } from './sample-content.ts';

const mebibyte = 1024 * 1024;

/** What the mebibytes of a disk hold, in turn. */
const kinds = [text, randomBytes, text, empty] as const;

/** An extent of a disk that is written anew. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** Writes a raw disk, the same for each seed: pages of text, of pseudo-random bytes, and of nothing. */
export function writeDisk(path: string, sizeBytes: number, seed: string): void {
  const file = openSync(path, 'w');
  for (let at = 0, index = 0; at < sizeBytes; at += mebibyte, index += 1) {
    const content = kinds[index % kinds.length] ?? text;
    writeSync(file, content(`${seed} ${index}`, mebibyte), 0, mebibyte, at);
  }
  closeSync(file);
}

/** Overwrites extents with content of the kind that was there, and empty ones with text. */
export function changeDisk(path: string, extents: readonly Extent[], seed: string): void {
  const file = openSync(path, 'r+');
  for (const [index, { offset, length }] of extents.entries()) {
    for (let at = offset; at < offset + length; ) {
      const page = Math.floor(at / mebibyte);
      const part = Math.min(offset + length, (page + 1) * mebibyte) - at;
      const content = kinds[page % kinds.length] === randomBytes ? randomBytes : text;
      writeSync(file, content(`${seed} ${index} ${page}`, part), 0, part, at);
      at += part;
    }
  }
  closeSync(file);
}

/**
 * Makes an OVA of a raw disk as vendors do: an OVF descriptor, a manifest with hashes, and a stream-optimized VMDK that
 * qemu-img writes.
 */
export async function makeOva(qemuImg: string, rawDisk: string, ova: string): Promise<void> {
  const vmdk = `${ova}.vmdk`;
  execFileSync(qemuImg, ['convert', '-O', 'vmdk', '-o', 'subformat=streamOptimized', rawDisk, vmdk]);
  const disk = readFileSync(vmdk);
  rmSync(vmdk);
  const sha256 = createHash('sha256').update(disk).digest('hex');
  const ovf = `<?xml version="1.0"?>\n<Envelope><References><File href="disk.vmdk" size="${disk.length}"/></References></Envelope>\n`;
  const files = [
    { name: 'node.ovf', body: Buffer.from(ovf) },
    { name: 'node.mf', body: Buffer.from(`SHA256(disk.vmdk)= ${sha256}\n`) },
    { name: 'disk.vmdk', body: disk },
  ];
  const entries = files.map(({ name, body }) => ({
    header: { name, size: body.length, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 },
    body,
  }));
  writeFileSync(ova, await packTar(entries));
}

/** A raw disk in a folder and the OVA made of it. */
export function diskPaths(folder: string, name: string): { readonly raw: string; readonly ova: string } {
  return { raw: join(folder, `${name}.raw`), ova: join(folder, `${name}.ova`) };
}

/** Words in an order that the seed decides: deflates to about a third. */
function text(seed: string, length: number): Buffer {
  const words = [
    'kubernetes',
    'container',
    'node',
    'volume',
    'network',
    'policy',
    'service',
    'system',
    'config',
    'image',
  ];
  const picks = randomBytes(seed, Math.ceil(length / 4));
  let line = '';
  for (const pick of picks) {
    line += `${words[pick % words.length] ?? ''}${pick} `;
    if (line.length >= length) break;
  }
  return Buffer.from(line.slice(0, length).padEnd(length, '.'), 'latin1');
}

function empty(_seed: string, length: number): Buffer {
  return Buffer.alloc(length);
}
