import { SaxesParser, type SaxesTagNS } from 'saxes';
import type { XmlElement } from './element.ts';

/** How much a document may hold. */
export interface XmlLimits {
  readonly bytes: number;
  readonly depth: number;
  readonly elements: number;
}

/** Why a document was refused; the caller turns it into an error of the catalogue that says whose document it is. */
export class XmlRefused extends Error {}

/** Of one element; vCenter and OVF descriptors use some ten. */
const maxAttributes = 1000;

const xsi = 'http://www.w3.org/2001/XMLSchema-instance';
const xsd = 'http://www.w3.org/2001/XMLSchema';

type Open = { -readonly [Key in keyof XmlElement]: XmlElement[Key] } & { parts: string[]; inside: XmlElement[] };

/**
 * Reads one XML document, chunk by chunk, with namespaces (XML 1.0, Namespaces in XML 1.0). A document type declaration is
 * refused, so there are no entities but the five that XML has itself.
 *
 * @throws XmlRefused when it is not well-formed UTF-8 XML or goes over a limit
 */
export class XmlReader {
  readonly #limits: XmlLimits;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #parser = new SaxesParser({ xmlns: true, position: false });
  readonly #open: Open[] = [];
  #bytes = 0;
  #elements = 0;
  #attributes = 0;
  #root: XmlElement | undefined;

  constructor(limits: XmlLimits) {
    this.#limits = limits;
    const parser = this.#parser;
    parser.on('error', (error) => {
      throw new XmlRefused(error.message.slice(0, 300));
    });
    parser.on('doctype', () => {
      throw new XmlRefused('it has a document type declaration');
    });
    parser.on('opentagstart', () => {
      this.#attributes = 0;
    });
    // While they are read: all of one element are held and compared before it is known.
    parser.on('attribute', () => {
      this.#attributes += 1;
      if (this.#attributes > maxAttributes)
        throw new XmlRefused(`an element has more than ${maxAttributes} attributes`);
    });
    parser.on('opentag', (tag) => this.#enter(tag));
    parser.on('closetag', () => this.#leave());
    const text = (data: string): void => void this.#open.at(-1)?.parts.push(data);
    parser.on('text', text);
    parser.on('cdata', text);
  }

  write(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#limits.bytes) throw new XmlRefused(`it is larger than ${this.#limits.bytes} bytes`);
    this.#parser.write(this.#decode(chunk));
  }

  /** @returns the root element */
  end(): XmlElement {
    this.#parser.write(this.#decode(undefined)).close();
    if (this.#root === undefined) throw new XmlRefused('it has no element');
    return this.#root;
  }

  #decode(chunk: Uint8Array | undefined): string {
    try {
      return chunk === undefined ? this.#decoder.decode() : this.#decoder.decode(chunk, { stream: true });
    } catch (error) {
      throw new XmlRefused('it is not UTF-8', { cause: error });
    }
  }

  #enter(tag: SaxesTagNS): void {
    this.#elements += 1;
    if (this.#elements > this.#limits.elements) {
      throw new XmlRefused(`it has more than ${this.#limits.elements} elements`);
    }
    if (this.#open.length >= this.#limits.depth) throw new XmlRefused(`it is nested deeper than ${this.#limits.depth}`);
    const attributes = new Map<string, string>();
    let type: string | undefined;
    for (const attribute of Object.values(tag.attributes)) {
      if (attribute.uri === xsi && attribute.local === 'type') type = this.#typeName(attribute.value);
      else if (attribute.prefix !== 'xmlns' && attribute.name !== 'xmlns') {
        attributes.set(attribute.local, attribute.value);
      }
    }
    this.#open.push({
      name: tag.local,
      namespace: tag.uri,
      type,
      attributes,
      text: '',
      children: [],
      parts: [],
      inside: [],
    });
  }

  #leave(): void {
    const open = this.#open.pop();
    if (open === undefined) return;
    const { parts, inside, ...rest } = open;
    // Between the children of a structure there is only layout; what matters stands in elements without children.
    const element: XmlElement = { ...rest, text: parts.join(''), children: inside };
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = element;
    else parent.inside.push(element);
  }

  #typeName(value: string): string {
    const [prefix, local] = value.includes(':') ? value.split(':', 2) : ['', value];
    return this.#parser.resolve(prefix ?? '') === xsd ? `xsd:${local ?? ''}` : (local ?? '');
  }
}

/** Reads a whole document that is in memory. @throws XmlRefused */
export function readXml(bytes: Uint8Array, limits: XmlLimits): XmlElement {
  const reader = new XmlReader(limits);
  reader.write(bytes);
  return reader.end();
}
