/** What is read of an ELF header (System V ABI, "ELF Header"; 64 bit, little-endian). */
const header = { machine: 0x12, sectionTable: 0x28, sectionSize: 0x3a, sectionCount: 0x3c, sectionNames: 0x3e };
/** What is read of a section header ("Sections"). */
const section = { type: 4, flags: 8, offset: 24, size: 32 };
const loaded = 2n;
const withoutBytes = 8;
/** As `e_machine` names processors. */
const machines: ReadonlyMap<number, string> = new Map([
  [62, 'amd64'],
  [183, 'arm64'],
]);

/** The processor that a 64-bit Linux program is for, or undefined when it is none. */
export function machineOf(program: Buffer): string | undefined {
  const isElf = program.length > 64 && program.readUInt32BE(0) === 0x7f454c46 && program[4] === 2 && program[5] === 1;
  return isElf ? machines.get(program.readUInt16LE(header.machine)) : undefined;
}

/**
 * Leaves out what a program does not need to run: symbols and debugging sections, which follow the loaded ones. As `strip`
 * does, but for any processor, without tools, and with the same bytes on every machine.
 *
 * @returns the program, unchanged where its sections are in another order
 */
export function trimElf(program: Buffer): Buffer {
  const size = program.readUInt16LE(header.sectionSize);
  const table = Number(program.readBigUInt64LE(header.sectionTable));
  const all = Array.from({ length: program.readUInt16LE(header.sectionCount) }, (_, index) =>
    program.subarray(table + index * size, table + (index + 1) * size),
  );
  const isLoaded = (entry: Buffer): boolean => (entry.readBigUInt64LE(section.flags) & loaded) !== 0n;
  const kept = all.slice(0, all.findLastIndex(isLoaded) + 1);
  const names = all[program.readUInt16LE(header.sectionNames)];
  // Symbols name sections by number: none may be left out between those that stay.
  if (names === undefined || kept.length < 2 || !kept.slice(1).every(isLoaded)) return program;
  const end = Math.max(
    ...kept
      .filter((entry) => entry.readUInt32LE(section.type) !== withoutBytes)
      .map((entry) => Number(entry.readBigUInt64LE(section.offset) + entry.readBigUInt64LE(section.size))),
  );
  const namesStart = Number(names.readBigUInt64LE(section.offset));
  const namesSize = Number(names.readBigUInt64LE(section.size));
  const moved = Buffer.from(names);
  moved.writeBigUInt64LE(BigInt(end), section.offset);
  const padding = Buffer.alloc(-(end + namesSize) & 7);
  const head = Buffer.from(program.subarray(0, 64));
  head.writeBigUInt64LE(BigInt(end + namesSize + padding.length), header.sectionTable);
  head.writeUInt16LE(kept.length + 1, header.sectionCount);
  head.writeUInt16LE(kept.length, header.sectionNames);
  const nameTable = program.subarray(namesStart, namesStart + namesSize);
  return Buffer.concat([head, program.subarray(64, end), nameTable, padding, ...kept, moved]);
}
