import type { ByteWindow } from './byte-window.ts';
import { contentDefinedSegments } from './fastcdc.ts';

/** VMware "Virtual Disk Format 5.0", "Hosted Sparse Extent Header" and "Stream-Optimized Compressed Sparse Extents". */
export const sectorBytes = 512;
const magic = 0x564d444b;
const compressedFlag = 1 << 16;
const markersFlag = 1 << 17;
const grainMarkerBytes = 12;
const endOfStream = 0;
const footer = 3;
/** Grains beyond this are not made by anybody, and would not fit into the window. */
export const maxGrainSectors = 1024;

/** A piece of content. It holds until the next is asked for. */
export interface Segment {
  readonly bytes: Buffer;
  /** Present when it is a grain: the marker, deflated data, and zeros up to the next sector. */
  readonly grain?: Grain;
}

/** What the marker of a grain says. */
export interface Grain {
  /** Where on the disk it belongs. */
  readonly sector: number;
  /** Of the deflated data. */
  readonly dataBytes: number;
  /** What it should be when it is inflated. */
  readonly grainBytes: number;
}

interface Extent {
  readonly capacitySectors: number;
  readonly grainSectors: number;
  /** Where the first grain or marker stands, in bytes from the start of the file. */
  readonly dataStart: number;
}

/** How long a grain's segment is. */
export function grainSegmentBytes(dataBytes: number): number {
  return Math.ceil((grainMarkerBytes + dataBytes) / sectorBytes) * sectorBytes;
}

/** The deflated data of a grain's segment, or the place for it. */
export function grainData(segment: Uint8Array, { dataBytes }: Pick<Grain, 'dataBytes'>): Uint8Array {
  return segment.subarray(grainMarkerBytes, grainMarkerBytes + dataBytes);
}

/** A grain's segment as it is written: marker, deflated data, and zeros up to the next sector. */
export function grainSegment(sector: number, data: Uint8Array): Buffer {
  const segment = Buffer.allocUnsafe(grainSegmentBytes(data.byteLength));
  writeGrainSegment(segment, sector, data);
  return segment;
}

/** Writes the same into bytes that are just as many. */
export function writeGrainSegment(into: Buffer, sector: number, data: Uint8Array): void {
  into.writeBigUInt64LE(BigInt(sector));
  into.writeUInt32LE(data.byteLength, 8);
  into.set(data, grainMarkerBytes);
  into.fill(0, grainMarkerBytes + data.byteLength);
}

/** Whether these bytes begin a sparse extent of a virtual disk. */
export function isVmdk(start: Buffer): boolean {
  return start.length >= 4 && start.readUInt32LE(0) === magic;
}

/**
 * Cuts a VMDK, up to the position `end`. In a stream-optimized one each grain is deflated by itself behind a marker, so cut there a
 * change costs the grains it touches. Everything else, and everything behind a marker that makes no sense, is cut by content.
 */
export async function* vmdkSegments(window: ByteWindow, end: number): AsyncGenerator<Segment, void, undefined> {
  const start = window.position;
  const extent = readExtent(await window.peek(sectorBytes), end - start);
  if (extent !== undefined) {
    yield* contentDefinedSegments(window, start + extent.dataStart);
    yield* markedSegments(window, end, extent);
  }
  yield* contentDefinedSegments(window, end);
}

function readExtent(header: Buffer, sizeBytes: number): Extent | undefined {
  if (header.length < sectorBytes || !isVmdk(header)) return undefined;
  const wanted = compressedFlag | markersFlag;
  if ((header.readUInt32LE(8) & wanted) !== wanted) return undefined;
  const capacitySectors = Number(header.readBigUInt64LE(12));
  const grainSectors = Number(header.readBigUInt64LE(20));
  const dataStart = Number(header.readBigUInt64LE(64)) * sectorBytes;
  if (grainSectors < 1 || grainSectors > maxGrainSectors) return undefined;
  return dataStart >= sectorBytes && dataStart <= sizeBytes ? { capacitySectors, grainSectors, dataStart } : undefined;
}

/** Goes from marker to marker, and stops at the first that cannot be one. */
async function* markedSegments(
  window: ByteWindow,
  end: number,
  extent: Extent,
): AsyncGenerator<Segment, void, undefined> {
  const grainBytes = extent.grainSectors * sectorBytes;
  while (window.position + sectorBytes <= end) {
    const marker = await window.peek(sectorBytes);
    if (marker.length < sectorBytes) return;
    const value = Number(marker.readBigUInt64LE(0));
    const dataBytes = marker.readUInt32LE(8);
    const left = end - window.position;
    if (dataBytes > 0) {
      const length = grainSegmentBytes(dataBytes);
      if (!isGrain(value, dataBytes, extent) || length > left) return;
      await window.peek(length);
      yield { bytes: window.take(length), grain: { sector: value, dataBytes, grainBytes } };
    } else {
      const type = marker.readUInt32LE(grainMarkerBytes);
      if (type > footer || value * sectorBytes > left - sectorBytes) return;
      yield { bytes: window.take(sectorBytes) };
      if (type === endOfStream) return;
      yield* contentDefinedSegments(window, window.position + value * sectorBytes);
    }
  }
}

/** Deflate adds little to what it cannot shorten. */
function isGrain(logicalSector: number, dataBytes: number, { capacitySectors, grainSectors }: Extent): boolean {
  const plausible = dataBytes <= grainSectors * sectorBytes + sectorBytes;
  return plausible && logicalSector < capacitySectors && logicalSector % grainSectors === 0;
}
