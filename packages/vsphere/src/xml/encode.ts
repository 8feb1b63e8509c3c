import type { XmlElement } from '@sealift/io/xml/element';
import type { Reference } from './reference.ts';

/** Something that can be written as an element of a request. */
export interface XmlNode {
  readonly name: string;
  /** `xsi:type`: a name of the request's own namespace, or `xsd:…`. */
  readonly type?: string | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  readonly content: string | readonly XmlNode[];
}

const nameForm = /^[A-Za-z_][\w.-]*$/;
const typeForm = /^(?:xsd:)?[A-Za-z_][\w.-]*$/;

/**
 * An element with a plain value or with elements inside. The API's types are sequences: the order of the elements is that
 * of its schema, a base type's first.
 *
 * @param type `xsi:type`, where the schema wants a base type and a subtype is given
 */
export function element(name: string, value: string | number | boolean | readonly XmlNode[], type?: string): XmlNode {
  return { name, type, content: typeof value === 'object' ? value : String(value) };
}

/** An element that holds a managed object reference. */
export function reference(name: string, { type, value }: Reference): XmlNode {
  return { name, attributes: { type }, content: value };
}

/** An element only where there is a value. */
export function optionalElement(
  name: string,
  value: string | number | boolean | readonly XmlNode[] | undefined,
): readonly XmlNode[] {
  return value === undefined ? [] : [element(name, value)];
}

/** An element that was read, to be sent back under a name as it is, such as an import specification. */
export function copyOf(read: XmlElement, name: string = read.name): XmlNode {
  return {
    name,
    type: read.type,
    attributes: Object.fromEntries(read.attributes),
    content: read.children.length === 0 ? read.text : read.children.map((inside) => copyOf(inside)),
  };
}

/**
 * Writes an element as text, everything escaped.
 *
 * @throws TypeError for a name that XML does not allow: names come from the code, never from outside
 */
export function printXml(node: XmlNode): string {
  const parts: string[] = [];
  print(node, parts);
  return parts.join('');
}

function print({ name, type, attributes, content }: XmlNode, parts: string[]): void {
  if (!nameForm.test(name) || (type !== undefined && !typeForm.test(type))) {
    throw new TypeError(`${JSON.stringify([name, type])} cannot be written as XML`);
  }
  parts.push('<', name);
  if (type !== undefined) parts.push(' xsi:type="', type, '"');
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (!nameForm.test(key)) throw new TypeError(`${JSON.stringify(key)} cannot be written as XML`);
    parts.push(' ', key, '="', escaped(value), '"');
  }
  parts.push('>');
  if (typeof content === 'string') parts.push(escaped(content));
  else for (const inside of content) print(inside, parts);
  parts.push('</', name, '>');
}

/** Characters that XML 1.0 has no way to carry are left out, so that no text from outside can break a request. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
}
