const blockBytes = 512;

/** A file in a ustar archive, as it lies there: header, content and padding. */
export interface TarMember {
  readonly path: string;
  /** Of its header, from the start of the bundle. */
  readonly start: number;
  readonly contentStart: number;
  readonly contentEnd: number;
  /** Behind its padding. */
  readonly end: number;
}

/** Finds the members of the archive that begins at `start` (POSIX.1-2017, pax, "ustar Interchange Format"). */
export function tarMembers(bytes: Buffer, start: number): readonly TarMember[] {
  const members: TarMember[] = [];
  for (let at = start; bytes[at] !== 0; ) {
    const path = bytes.toString('latin1', at, at + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 135), 8);
    const contentStart = at + blockBytes;
    const end = contentStart + Math.ceil(size / blockBytes) * blockBytes;
    members.push({ path, start: at, contentStart, contentEnd: contentStart + size, end });
    at = end;
  }
  return members;
}

/** The same member with other content: size and checksum of its header are right again. */
export function withContent(bytes: Buffer, member: TarMember, content: Buffer): Buffer {
  const header = Buffer.from(bytes.subarray(member.start, member.contentStart));
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  header.write('        ', 148, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  const padding = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
  return Buffer.concat([header, content, padding]);
}
