import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readXml, XmlRefused } from './read-xml.ts';

const limits = { bytes: 1_000_000, depth: 20, elements: 1000 };

describe('a reader of XML', () => {
  it.each<[string, string, RegExp]>([
    ['too many bytes', `<a>${'x'.repeat(1_000_001)}</a>`, /larger/],
    ['too many elements', `<a>${'<b/>'.repeat(1001)}</a>`, /more than 1000/],
    ['too deep', '<a>'.repeat(21), /deeper/],
    [
      'too many attributes',
      `<a ${Array.from({ length: 1001 }, (_, at) => `a${at}=""`).join(' ')}/>`,
      /more than 1000 attr/,
    ],
    ['a document type', '<!DOCTYPE a><a/>', /document type/],
    ['an entity', '<a>&bomb;</a>', /entity/],
    ['two roots', '<a/><b/>', /./],
    ['an undeclared prefix', '<x:a/>', /prefix/],
  ])('refuses %s', (_, document, reason) => {
    expect(() => readXml(Buffer.from(document), limits)).toThrow(reason);
  });

  it('answers or refuses, whatever it is given', () => {
    const pieces = fc.constantFrom(
      '<a>',
      '</a>',
      '<b x="1">',
      '</b>',
      '&lt;',
      '&',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      'é',
      '<?',
      '?>',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 5 }))), (parts) => {
        try {
          readXml(Buffer.from(parts.join('')), limits);
        } catch (error) {
          return error instanceof XmlRefused;
        }
        return true;
      }),
    );
  });
});
