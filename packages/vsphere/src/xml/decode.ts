import { type XmlElement, child, children } from '@sealift/io/xml/element';
import type { Reference } from './reference.ts';

export type { XmlElement } from '@sealift/io/xml/element';

/**
 * Turns an element into a typed value. Small ones are put together to the shape of an answer, with only the fields that are
 * used; what else the answer holds is passed over, so newer servers are understood.
 */
export type Decoder<Value> = (element: XmlElement) => Value;

/** An answer has not the form its schema demands. The client makes it `VSPHERE_ANSWER_INVALID`. */
export class ShapeError extends Error {}

/** A field of a record: how often it may stand there and how it is read. */
export interface Field<Value> {
  read(parent: XmlElement, name: string): Value;
}

/** `xsd:string`. */
export const text: Decoder<string> = (element) => element.text;

/** `xsd:int`, `xsd:long` within the safe integers of JavaScript. */
export const integer: Decoder<number> = (element) => {
  const value = /^[+-]?\d{1,16}$/.test(element.text.trim()) ? Number(element.text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new ShapeError(`${element.name} is no integer`);
  return value;
};

/** `xsd:boolean`. */
export const boolean: Decoder<boolean> = (element) => {
  const value = element.text.trim();
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new ShapeError(`${element.name} is neither true nor false`);
};

/** `xsd:dateTime` as an instant. */
export const dateTime: Decoder<Date> = (element) => {
  const value = new Date(element.text.trim());
  if (Number.isNaN(value.getTime())) throw new ShapeError(`${element.name} is no time`);
  return value;
};

/** `ManagedObjectReference`. */
export const managedObject: Decoder<Reference> = (element) => {
  const type = element.attributes.get('type');
  if (type === undefined || element.text === '') throw new ShapeError(`${element.name} is no reference`);
  return { type, value: element.text };
};

/** The element itself: to be looked into later, or sent back as it is. */
export const raw: Decoder<XmlElement> = (element) => element;

/** An array type such as `ArrayOfManagedObjectReference`: every element inside, whatever its name. */
export function arrayOf<Value>(decode: Decoder<Value>): Decoder<readonly Value[]> {
  return (element) => element.children.map(decode);
}

/** A field that has to be there. */
export function required<Value>(decode: Decoder<Value>): Field<Value> {
  return {
    read(parent, name) {
      const found = child(parent, name);
      if (found === undefined) throw new ShapeError(`${parent.name} has no ${name}`);
      return decode(found);
    },
  };
}

/** A field that may be missing. */
export function optional<Value>(decode: Decoder<Value>): Field<Value | undefined> {
  return {
    read(parent, name) {
      const found = child(parent, name);
      return found === undefined ? undefined : decode(found);
    },
  };
}

/** A field that stands any number of times: the API's arrays inside of structures. */
export function many<Value>(decode: Decoder<Value>): Field<readonly Value[]> {
  return { read: (parent, name) => children(parent, name).map(decode) };
}

/** Fields by their names in the schema. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** The record that fields decode to. */
export type RecordOf<Shape extends Fields> = {
  readonly [Name in keyof Shape]: Shape[Name] extends Field<infer Value> ? Value : never;
};

/**
 * A structure with the fields named.
 *
 * @example
 * const about = record({ apiVersion: required(text), instanceUuid: optional(text) });
 */
export function record<const Shape extends Fields>(fields: Shape): Decoder<RecordOf<Shape>> {
  return (element) => {
    const entries = Object.entries(fields).map(([name, field]) => [name, field.read(element, name)] as const);
    return Object.fromEntries(entries) as RecordOf<Shape>;
  };
}
