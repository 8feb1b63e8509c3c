/** What a value in etcd says of itself. */
export interface StoredObject {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Before every object that an API server stores as Protocol Buffers (k8s.io/apimachinery, `runtime.Unknown`). */
const magic = Buffer.from('k8s\0');

/** Kind and version of a stored value, in either form; undefined for what is encrypted or none of an API server's. */
export function storedObject(value: Buffer): StoredObject | undefined {
  if (value.subarray(0, magic.length).equals(magic)) {
    const typeMeta = fieldsOf(unpacked(value)).get(1)?.[0];
    if (typeMeta === undefined) return undefined;
    const fields = fieldsOf(typeMeta);
    return { apiVersion: text(fields.get(1)?.[0]), kind: text(fields.get(2)?.[0]) };
  }
  if (value[0] !== 0x7b) return undefined;
  try {
    const { apiVersion, kind } = JSON.parse(value.toString('utf8')) as { apiVersion?: unknown; kind?: unknown };
    return typeof apiVersion === 'string' && typeof kind === 'string' ? { apiVersion, kind } : undefined;
  } catch {
    return undefined;
  }
}

/** An entry of a ConfigMap as it is stored; undefined where it has none of that name. */
export function storedEntry(configMap: Buffer, name: string): string | undefined {
  if (!configMap.subarray(0, magic.length).equals(magic)) return undefined;
  // `Unknown.raw` is field 2; `ConfigMap.data`, a map, is field 2 of that, its key field 1 and its value field 2.
  const [raw] = fieldsOf(unpacked(configMap)).get(2) ?? [];
  for (const entry of raw === undefined ? [] : (fieldsOf(raw).get(2) ?? [])) {
    const fields = fieldsOf(entry);
    if (text(fields.get(1)?.[0]) === name) return text(fields.get(2)?.[0]);
  }
  return undefined;
}

function unpacked(value: Buffer): Buffer {
  return value.subarray(magic.length);
}

function text(field: Buffer | undefined): string {
  return field?.toString('utf8') ?? '';
}

/** The length-delimited fields of a message by their number (Protocol Buffers, "Encoding"); it ends where the message is of another form. */
function fieldsOf(message: Buffer): ReadonlyMap<number, readonly Buffer[]> {
  const fields = new Map<number, Buffer[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; at < message.length; shift *= 128) {
      const byte = message[at] ?? 0;
      at += 1;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80 || !Number.isSafeInteger(value)) break;
    }
    return value;
  };
  while (at < message.length) {
    const tag = varint();
    const type = tag % 8;
    if (type === 0) varint();
    else if (type === 1) at += 8;
    else if (type === 5) at += 4;
    else if (type === 2) {
      const length = varint();
      if (at + length > message.length) break;
      const number = Math.floor(tag / 8);
      fields.set(number, [...(fields.get(number) ?? []), message.subarray(at, at + length)]);
      at += length;
    } else break;
  }
  return fields;
}
