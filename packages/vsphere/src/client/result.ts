import { type Decoder, ShapeError } from '../xml/decode.ts';
import type { XmlElement } from '@sealift/io/xml/element';

/** The result of a method that returns exactly one value. */
export function only<Value>(decode: Decoder<Value>): (values: readonly XmlElement[]) => Value {
  return (values) => {
    const [first] = values;
    if (first === undefined) throw new ShapeError('there is no returnval');
    return decode(first);
  };
}

/** The result of a method that returns one value or none. */
export function maybe<Value>(decode: Decoder<Value>): (values: readonly XmlElement[]) => Value | undefined {
  return ([first]) => (first === undefined ? undefined : decode(first));
}

/** The result of a method that returns an array. */
export function all<Value>(decode: Decoder<Value>): (values: readonly XmlElement[]) => readonly Value[] {
  return (values) => values.map(decode);
}

/** The result of a method that returns nothing. */
export function nothing(): void {
  return undefined;
}
