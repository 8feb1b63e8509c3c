import type { ByteRange } from '@sealift/oci/content';

/**
 * A `Range` header of one byte range (RFC 9110, section 14.1.2). Other units and several ranges are ignored, as the RFC
 * allows: the whole is sent then.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  const [, first = '', last = ''] = found ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size };
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}

/** A chunk's `Content-Range` as the OCI distribution-spec writes it: `<start>-<end>`, both inclusive. */
export function parseChunkRange(header: string | undefined): { start: number; length: number } | undefined {
  const found = /^(?:bytes[ =])?(\d{1,15})-(\d{1,15})(?:\/(?:\d{1,15}|\*))?$/.exec(header ?? '');
  if (found === null) return undefined;
  const start = Number(found[1]);
  const end = Number(found[2]);
  return end < start ? undefined : { start, length: end - start + 1 };
}
