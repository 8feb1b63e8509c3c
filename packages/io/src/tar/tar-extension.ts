import type { RefuseTar } from './tar-header.ts';

/** What extended headers state of the member behind them, in the place of its own header. */
export interface TarExtension {
  readonly name?: string;
  readonly linkName?: string;
  readonly sizeBytes?: number;
}

/** Whether a header's type is that of an extended header: pax for one member or all, GNU's long link and long name. */
export function isExtension(type: string): boolean {
  return ['x', 'g', 'K', 'L'].includes(type);
}

/** Reads an extended header's content. What pax states for all members at once is not taken. */
export function readExtension(type: string, content: Buffer, refuse: RefuseTar): TarExtension {
  if (type === 'g') return {};
  const upToNul = content.toString('utf8').split('\0', 1)[0] ?? '';
  if (type === 'L') return { name: upToNul };
  if (type === 'K') return { linkName: upToNul };
  return readPax(content, refuse);
}

/** Records of the form `<length> <key>=<value>\n`, the length in bytes and counting itself (POSIX.1-2017, "pax Header Block"). */
function readPax(content: Buffer, refuse: RefuseTar): TarExtension {
  const bad = (): Error => refuse('a pax header is malformed');
  let extension: TarExtension = {};
  for (let at = 0; at < content.length; ) {
    const [digits] = /^[1-9][0-9]{0,6} /.exec(content.toString('latin1', at, at + 8)) ?? [];
    if (digits === undefined) throw bad();
    const end = at + Number(digits);
    const record = content.toString('utf8', at + digits.length, end - 1);
    const equals = record.indexOf('=');
    if (end > content.length || content[end - 1] !== 0x0a || equals < 1) throw bad();
    const key = record.slice(0, equals);
    const value = record.slice(equals + 1);
    if (key === 'path') extension = { ...extension, name: value };
    if (key === 'linkpath') extension = { ...extension, linkName: value };
    if (key === 'size') {
      if (!/^[0-9]{1,15}$/.test(value)) throw bad();
      extension = { ...extension, sizeBytes: Number(value) };
    }
    if (key.startsWith('GNU.sparse.')) throw refuse('it holds a sparse file');
    at = end;
  }
  return extension;
}
