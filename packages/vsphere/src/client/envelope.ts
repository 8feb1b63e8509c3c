import { child, type XmlElement } from '@sealift/io/xml/element';
import { printXml, reference, type XmlNode } from '../xml/encode.ts';
import type { Reference } from '../xml/reference.ts';

const soap = 'http://schemas.xmlsoap.org/soap/envelope/';

/** A call as a SOAP 1.1 envelope, the way the vSphere Web Services API has it: document/literal, one element in the body. */
export function printCall(namespace: string, method: string, on: Reference, args: readonly XmlNode[]): string {
  const call = printXml({ name: method, content: [reference('_this', on), ...args] });
  const body = call.replace(`<${method}>`, `<${method} xmlns="${namespace}">`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<soapenv:Envelope xmlns:soapenv="${soap}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`,
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soapenv:Body>',
    body,
    '</soapenv:Body></soapenv:Envelope>',
  ].join('');
}

/** The one element of an answer's body; undefined when it is no SOAP answer. */
export function bodyElement(document: XmlElement): XmlElement | undefined {
  if (document.name !== 'Envelope' || document.namespace !== soap) return undefined;
  return child(document, 'Body')?.children[0];
}
