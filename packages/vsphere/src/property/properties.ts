import type { SealiftError } from '@sealift/core/errors';
import { localizedFault } from '../client/fault.ts';
import { type Fields, many, managedObject, raw, record, type RecordOf, required, text } from '../xml/decode.ts';
import type { XmlElement } from '@sealift/io/xml/element';
import { element, type XmlNode } from '../xml/encode.ts';
import type { Reference } from '../xml/reference.ts';

/** Properties of one managed object, decoded. */
export type ObjectProperties<Shape extends Fields> = { readonly ref: Reference } & RecordOf<Shape>;

const dynamicProperty = record({ name: required(text), val: required(raw) });

/** `ObjectContent`: the values, and what could not be read with the fault that says why. */
export const objectContent = record({
  obj: required(managedObject),
  propSet: many(dynamicProperty),
  missingSet: many(record({ path: required(text), fault: required(raw) })),
});

/** `PropertySpec`: which properties of which type. */
export function propertySpec(type: string, paths: readonly string[]): XmlNode {
  return element('propSet', [
    element('type', type),
    element('all', false),
    ...paths.map((path) => element('pathSet', path)),
  ]);
}

/** Values by property path as one element, so that they are decoded as the fields of a structure are. */
export function asElement(type: string, values: ReadonlyMap<string, XmlElement>): XmlElement {
  const children = [...values].map(([name, value]) => ({ ...value, name }));
  return { name: type, namespace: '', type, attributes: new Map(), text: '', children };
}

/** Decodes one object; a property that may not be read counts as missing only where its field is optional. */
export function decodeObject<Shape extends Fields>(
  content: ReturnType<typeof objectContent>,
  fields: Shape,
  place: string,
): ObjectProperties<Shape> {
  const { obj, propSet, missingSet } = content;
  const values = new Map(propSet.map(({ name, val }) => [name, val]));
  try {
    return { ref: obj, ...record(fields)(asElement(obj.type, values)) };
  } catch (error) {
    const refused = firstFault(missingSet, place);
    throw refused ?? error;
  }
}

function firstFault(
  missing: readonly { readonly path: string; readonly fault: XmlElement }[],
  place: string,
): SealiftError | undefined {
  const [first] = missing;
  return first === undefined ? undefined : localizedFault(first.fault, `${place} ${first.path}`);
}
