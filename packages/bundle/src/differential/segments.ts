import { ByteWindow } from './byte-window.ts';
import { contentDefinedSegments } from './fastcdc.ts';
import { isVmdk, type Segment, vmdkSegments } from './vmdk-segments.ts';

const blockBytes = 512;

/**
 * Cuts content into segments that a small change leaves mostly alone: an OVA member by member, a stream-optimized VMDK at
 * its grain markers, all else where the content itself says. Together the segments are the content, in order. Nothing in it is
 * trusted: what makes no sense is cut by content. A segment is at most 1 MiB.
 *
 * @param sizeBytes of the whole content
 */
export async function* segmentsOf(
  content: AsyncIterable<Uint8Array>,
  sizeBytes: number,
): AsyncGenerator<Segment, void, undefined> {
  await using window = new ByteWindow(content);
  const first = readTarHeader(await window.peek(blockBytes));
  if (first?.name.endsWith('.ovf') === true) yield* ovaSegments(window, sizeBytes);
  else yield* fileSegments(window, sizeBytes);
}

/** An OVA is a ustar archive whose first file is the OVF descriptor (DMTF DSP0243, "OVF package as a single file"). */
async function* ovaSegments(window: ByteWindow, sizeBytes: number): AsyncGenerator<Segment, void, undefined> {
  for (;;) {
    const header = readTarHeader(await window.peek(blockBytes));
    if (header === undefined) break;
    yield { bytes: window.take(blockBytes) };
    const end = window.position + header.sizeBytes;
    if (end > sizeBytes) break;
    yield* fileSegments(window, end);
    const padding = (blockBytes - (header.sizeBytes % blockBytes)) % blockBytes;
    const zeros = await window.peek(padding);
    if (zeros.length > 0) yield { bytes: window.take(padding) };
  }
  yield* contentDefinedSegments(window, sizeBytes);
}

async function* fileSegments(window: ByteWindow, end: number): AsyncGenerator<Segment, void, undefined> {
  const vmdk = end - window.position >= blockBytes && isVmdk(await window.peek(blockBytes));
  yield* vmdk ? vmdkSegments(window, end) : contentDefinedSegments(window, end);
}

/** Name and size of a file, from a header whose checksum is right (POSIX.1-2017, pax, "ustar Interchange Format"). */
function readTarHeader(block: Buffer): { readonly name: string; readonly sizeBytes: number } | undefined {
  if (block.length < blockBytes || block.toString('latin1', 257, 262) !== 'ustar') return undefined;
  const stated = Number.parseInt(block.toString('latin1', 148, 156), 8);
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (stated !== sum) return undefined;
  const name = block.toString('latin1', 0, 100).replace(/\0.*$/s, '');
  const sizeBytes = readSize(block.subarray(124, 136));
  return Number.isSafeInteger(sizeBytes) ? { name, sizeBytes } : undefined;
}

/** Octal digits; beyond 8 GiB GNU's binary number (GNU tar manual, "Extensions"). */
function readSize(field: Buffer): number {
  if (field.readUInt8(0) === 0x80) return Number(field.readBigUInt64BE(4));
  return /^[0-7]+[ \0]?$/.test(field.toString('latin1')) ? Number.parseInt(field.toString('latin1'), 8) : Number.NaN;
}
