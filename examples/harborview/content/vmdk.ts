import { deflateSync } from 'node:zlib';

/**
 * Stream-optimised VMDK, the disk format of OVAs: compressed grains behind markers, the grain directory at the end
 * (VMware Virtual Disk Format 1.1, "Stream-Optimized Compressed Sparse Extents"). Numbers are little-endian, offsets
 * and capacities count sectors.
 */
const sectorBytes = 512;
const grainSectors = 128;
const entriesPerTable = 512;
const descriptorSectors = 20;
const overheadSectors = 32;
const directoryAtEnd = 0xffff_ffff_ffff_ffffn;
const marker = { endOfStream: 0, grainTable: 1, grainDirectory: 2, footer: 3 } as const;

/** Bytes of one grain. */
export const grainBytes = grainSectors * sectorBytes;

/**
 * @param capacityBytes size of the disk the guest sees, a multiple of the grain size
 * @param grains the grains that hold data, by their index on the disk; all others read as zeros
 */
export function streamOptimisedVmdk(
  name: string,
  capacityBytes: number,
  grains: ReadonlyMap<number, Uint8Array>,
): Buffer {
  const capacity = capacityBytes / sectorBytes;
  const parts: Buffer[] = [header(capacity, directoryAtEnd), descriptor(name, capacity)];
  parts.push(Buffer.alloc((overheadSectors - 1 - descriptorSectors) * sectorBytes));
  let position = overheadSectors;
  const append = (part: Buffer): number => {
    const start = position;
    const padded = Buffer.concat([part, Buffer.alloc((sectorBytes - (part.length % sectorBytes)) % sectorBytes)]);
    parts.push(padded);
    position += padded.length / sectorBytes;
    return start;
  };
  const tableCount = Math.ceil(capacity / grainSectors / entriesPerTable);
  const directory = Buffer.alloc(tableCount * 4);
  for (let table = 0; table < tableCount; table += 1) {
    const entries = Buffer.alloc(entriesPerTable * 4);
    let used = false;
    for (let entry = 0; entry < entriesPerTable; entry += 1) {
      const index = table * entriesPerTable + entry;
      const data = grains.get(index);
      if (data === undefined) continue;
      entries.writeUInt32LE(append(grain(index, data)), entry * 4);
      used = true;
    }
    if (!used) continue;
    append(metadataMarker(entries.length / sectorBytes, marker.grainTable));
    directory.writeUInt32LE(append(entries), table * 4);
  }
  append(metadataMarker(Math.ceil(directory.length / sectorBytes), marker.grainDirectory));
  const directoryOffset = append(directory);
  append(metadataMarker(1, marker.footer));
  append(header(capacity, BigInt(directoryOffset)));
  append(metadataMarker(0, marker.endOfStream));
  return Buffer.concat(parts);
}

function header(capacity: number, directoryOffset: bigint): Buffer {
  const block = Buffer.alloc(sectorBytes);
  block.write('KDMV', 0);
  block.writeUInt32LE(3, 4);
  block.writeUInt32LE(0x3_0001, 8);
  block.writeBigUInt64LE(BigInt(capacity), 12);
  block.writeBigUInt64LE(BigInt(grainSectors), 20);
  block.writeBigUInt64LE(1n, 28);
  block.writeBigUInt64LE(BigInt(descriptorSectors), 36);
  block.writeUInt32LE(entriesPerTable, 44);
  block.writeBigUInt64LE(directoryOffset, 56);
  block.writeBigUInt64LE(BigInt(overheadSectors), 64);
  block.write('\n \r\n', 73);
  block.writeUInt16LE(1, 77);
  return block;
}

function descriptor(name: string, capacity: number): Buffer {
  const block = Buffer.alloc(descriptorSectors * sectorBytes);
  const geometry = { heads: 255, sectors: 63 };
  const lines = [
    '# Disk DescriptorFile',
    'version=1',
    'CID=5ea11f70',
    'parentCID=ffffffff',
    'createType="streamOptimized"',
    '',
    '# Extent description',
    `RW ${capacity} SPARSE "${name}"`,
    '',
    '# The Disk Data Base',
    '#DDB',
    '',
    'ddb.virtualHWVersion = "15"',
    `ddb.geometry.cylinders = "${Math.floor(capacity / geometry.heads / geometry.sectors)}"`,
    `ddb.geometry.heads = "${geometry.heads}"`,
    `ddb.geometry.sectors = "${geometry.sectors}"`,
    'ddb.adapterType = "lsilogic"',
    '',
  ];
  block.write(lines.join('\n'));
  return block;
}

function grain(index: number, data: Uint8Array): Buffer {
  if (data.length !== grainBytes) throw new Error(`a grain holds ${grainBytes} bytes, found ${data.length}`);
  const compressed = deflateSync(data, { level: 9 });
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(index * grainSectors), 0);
  head.writeUInt32LE(compressed.length, 8);
  return Buffer.concat([head, compressed]);
}

function metadataMarker(sectors: number, type: number): Buffer {
  const block = Buffer.alloc(sectorBytes);
  block.writeBigUInt64LE(BigInt(sectors), 0);
  block.writeUInt32LE(type, 12);
  return block;
}
