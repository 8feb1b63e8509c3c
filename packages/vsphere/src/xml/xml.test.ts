import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrayOf, boolean, integer, many, managedObject, optional, record, required, text } from './decode.ts';
import type { XmlElement } from '@sealift/io/xml/element';
import { copyOf, element, printXml, reference, type XmlNode } from './encode.ts';
import { readXml } from '@sealift/io/xml/read-xml';

const limits = { bytes: 1_000_000, depth: 20, elements: 1000 };
const declared = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"';
const read = (node: XmlNode): XmlElement => {
  const root = readXml(Buffer.from(`<root ${declared}>${printXml(node)}</root>`), limits);
  const [first] = root.children;
  if (first === undefined) throw new Error('nothing was written');
  return first;
};

describe('what is written', () => {
  const name = fc.stringMatching(/^[A-Za-z_][\w.-]{0,10}$/);
  const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
  const node: fc.Arbitrary<XmlNode> = fc.letrec<{ node: XmlNode }>((tie) => ({
    node: fc.record({
      name,
      type: fc.option(fc.oneof(name, fc.constant('xsd:string')), { nil: undefined }),
      attributes: fc.dictionary(
        name.filter((one) => !/^xml/i.test(one)),
        anyText,
        { maxKeys: 3 },
      ),
      content: fc.oneof({ depthSize: 'small' }, anyText, fc.array(tie('node'), { minLength: 1, maxLength: 3 })),
    }),
  })).node;

  it('is read again as it was, and a copy of what was read too', () => {
    fc.assert(
      fc.property(node, (written) => {
        const once = read(written);
        expect(once.name).toBe(written.name);
        expect(once.type).toBe(written.type);
        expect(read(copyOf(once))).toEqual(once);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps texts to the character, as far as XML can carry them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const carried = Array.from(value)
          .filter((one) => one >= ' ' || '\t\n\r'.includes(one))
          .join('');
        expect(read(element('a', value)).text).toBe(carried);
        expect(read({ name: 'a', attributes: { b: value }, content: '' }).attributes.get('b')).toBe(
          carried.replaceAll(/[\t\n]/g, ' '),
        );
      }),
    );
  });

  it('never has a name from outside', () => {
    expect(() => printXml(element('a b', 1))).toThrow(TypeError);
    expect(() => printXml(element('a', 1, 'x"y'))).toThrow(TypeError);
  });
});

describe('a record', () => {
  const decode = record({
    name: required(text),
    count: optional(integer),
    ready: optional(boolean),
    parent: optional(managedObject),
    tag: many(text),
    refs: optional(arrayOf(managedObject)),
  });

  it('takes what it knows and passes over the rest', () => {
    const host = { type: 'HostSystem', value: 'host-1' };
    const written = element('x', [
      element('name', 'a'),
      element('unknown', [element('name', 'b')]),
      element('count', -3),
      element('ready', true),
      reference('parent', host),
      element('tag', 'one'),
      element('tag', 'two'),
      element('refs', [reference('ManagedObjectReference', host)], 'ArrayOfManagedObjectReference'),
    ]);
    expect(decode(read(written))).toEqual({
      name: 'a',
      count: -3,
      ready: true,
      parent: host,
      tag: ['one', 'two'],
      refs: [host],
    });
  });

  it.each([
    [element('x', []), 'no name'],
    [element('x', [element('name', 'a'), element('count', '1e3')]), 'no integer'],
    [element('x', [element('name', 'a'), element('count', '99999999999999999')]), 'no integer'],
    [element('x', [element('name', 'a'), element('ready', 'yes')]), 'neither'],
    [element('x', [element('name', 'a'), element('parent', 'host-1')]), 'no reference'],
  ])('refuses what has another form', (written, reason) => {
    expect(() => decode(read(written))).toThrow(reason);
  });
});
