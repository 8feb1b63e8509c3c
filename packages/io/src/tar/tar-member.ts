import { blockBytes, paddingOf } from './tar-block.ts';
import { isExtension, readExtension, type TarExtension } from './tar-extension.ts';
import { readHeader, type RefuseTar } from './tar-header.ts';

/** Of a pax record or a long name, in bytes; nothing legitimate has more. */
const maxExtensionBytes = 64 * 1024;
const maxExtensions = 16;

/** Where a tar is read from, front to back. */
export interface TarSource {
  /** In bytes from the start of the tar. */
  readonly position: number;
  /** Exactly so many bytes. Fails when the tar ends before. */
  read(lengthBytes: number): Promise<Buffer>;
}

/** A member as its headers describe it: names and links are as hostile as the tar is. */
export interface TarMember {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'symbolic-link' | 'hard-link';
  readonly linkName: string;
  /** Of its content, which begins where the source stands. */
  readonly sizeBytes: number;
}

const kinds: Readonly<Record<string, TarMember['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hard-link',
  '2': 'symbolic-link',
  '5': 'directory',
};

/**
 * Reads headers up to the next member's content: ustar and pax (POSIX.1-2017, pax), GNU's long names and binary sizes. The
 * source stands behind the content of the member before, or its padding. What is read of it is 1 MiB and a few blocks at most. Devices, sparse files and unknown kinds are refused.
 *
 * @returns undefined at the end of the archive
 * @throws what `refuse` makes, and what the source fails with
 */
export async function nextTarMember(source: TarSource, refuse: RefuseTar): Promise<TarMember | undefined> {
  let extended: TarExtension = {};
  for (let extensions = 0; ; extensions += 1) {
    await source.read(paddingOf(source.position));
    const block = await source.read(blockBytes);
    if (block.every((byte) => byte === 0)) return undefined;
    const header = readHeader(block, refuse);
    if (isExtension(header.type)) {
      if (header.sizeBytes > maxExtensionBytes) throw refuse('a member has a header of more than 64 KiB');
      if (extensions === maxExtensions) throw refuse(`a member has more than ${maxExtensions} headers`);
      const content = await source.read(header.sizeBytes);
      extended = { ...extended, ...readExtension(header.type, content, refuse) };
      continue;
    }
    const kind = kinds[header.type];
    if (kind === undefined) throw refuse(`it holds a member of the kind ${JSON.stringify(header.type)}`);
    return {
      name: extended.name ?? header.name,
      kind,
      linkName: extended.linkName ?? header.linkName,
      sizeBytes: extended.sizeBytes ?? header.sizeBytes,
    };
  }
}
