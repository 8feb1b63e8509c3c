/** An XML element as it was read: namespaces are resolved, attributes other than `xsi:type` are kept by their local names. */
export interface XmlElement {
  /** Local name. */
  readonly name: string;
  /** Namespace URI; empty without one. */
  readonly namespace: string;
  /** `xsi:type` without its prefix; the builtin types of XML Schema keep `xsd:`. */
  readonly type: string | undefined;
  /** By local name. A managed object reference has its type here, as plain `type`. */
  readonly attributes: ReadonlyMap<string, string>;
  /** The character data directly inside, all of it joined. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** The first child of a local name. */
export function child(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((candidate) => candidate.name === name);
}

/** All children of a local name, in order. */
export function children(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((candidate) => candidate.name === name);
}
