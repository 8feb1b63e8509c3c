import fc from 'fast-check';

/* Texts are generated as people write them: comments, quotes, flow and block style, blank lines; keys are few, so that edits meet. */

interface Generated {
  readonly lines: readonly string[];
}

const key = fc.constantFrom('a', 'b', 'c', 'image', 'replicas', '"quoted key"', 'x.y/z');
const scalar = fc.constantFrom(
  '1',
  '2',
  'true',
  'null',
  '""',
  'text',
  '"a: b"',
  "'it''s'",
  'v1.2',
  '~',
  '{{ .spectro.var.x }}',
  '"{{ .y }}"',
  'ünïcödé 漢字',
);
const trailing = fc.constantFrom('', '', '', ' # note', '   # other note');
const before = fc.constantFrom<readonly string[]>([], [], [], ['# comment'], ['', '# -- documentation'], ['']);

function mapping(depth: number): fc.Arbitrary<Generated> {
  return fc
    .uniqueArray(fc.tuple(key, entry(depth), before), { selector: ([name]) => name, minLength: 1, maxLength: 5 })
    .map((entries) => ({
      lines: entries.flatMap(([name, value, above]) => [
        ...above,
        `${name}:${value.lines[0] ?? ''}`,
        ...value.lines.slice(1),
      ]),
    }));
}

/** What follows `key:`; the first line continues it. */
function entry(depth: number): fc.Arbitrary<Generated> {
  const leaf = fc.tuple(scalar, trailing).map(([value, note]) => ({ lines: [` ${value}${note}`] }));
  const flow = fc
    .uniqueArray(fc.constantFrom('p: 1', 'q: 2', 'r: x'), { maxLength: 3 })
    .map((members) => ({ lines: [` {${members.join(', ')}}`] }));
  const list = fc
    .uniqueArray(fc.constantFrom('one', 'two', 'three', 'four'), { maxLength: 4 })
    .map((items) => (items.length === 0 ? { lines: [' []'] } : { lines: ['', ...items.map((item) => `  - ${item}`)] }));
  const block = fc
    .array(fc.constantFrom('first line', '  second: line', '', '# no comment'), { minLength: 1, maxLength: 4 })
    .map((lines) => ({
      lines: [' |', '    start', ...lines.map((line) => (line === '' ? '' : `    ${line}`)), '    end'],
    }));
  if (depth === 0) return fc.oneof(leaf, flow);
  const nested = mapping(depth - 1).map(({ lines }) => ({
    lines: ['', ...lines.map((line) => (line === '' ? '' : `  ${line}`))],
  }));
  return fc.oneof({ weight: 4, arbitrary: leaf }, flow, list, block, { weight: 3, arbitrary: nested });
}

const ending = fc.constantFrom('\n', '\r\n');
/** A document of nested mappings, lists and block scalars. */
export const text = fc
  .tuple(mapping(3), fc.constantFrom('', '# heading\n\n', '---\n'), fc.constantFrom('', '\n', '\n# end\n'))
  .map(([{ lines }, head, tail]) => `${head}${lines.join('\n')}${tail}`);
/** The same with LF or CRLF. */
export const anyEnding = fc.tuple(text, ending).map(([lines, newline]) => lines.replaceAll('\n', newline));
