import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePathText, pathText } from './path-text.ts';

const scalar = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
);
const odd = fc.constantFrom(
  '8080',
  'true',
  'a.b',
  'a]b',
  'a,b=c',
  '"',
  '__proto__',
  '(document)',
  '.inf',
  '',
  '-1',
  'a b',
  '\\',
  '1e5',
);
const key = fc.oneof(fc.string({ unit: 'grapheme' }), odd, fc.constantFrom('name', 'a-b', '$x', 'env'));
const identity = fc
  .array(fc.tuple(key, fc.oneof(scalar, odd)), { minLength: 1, maxLength: 3 })
  .map((pairs) => Object.fromEntries(pairs));
const path = fc.array(fc.oneof(key, fc.nat(), identity), { maxLength: 6 });

describe('the text of a path', () => {
  it('is read as the path that it was written from, whatever keys and names hold', () => {
    fc.assert(
      fc.property(path, (elements) => {
        expect(parsePathText(pathText(elements))).toEqual(elements);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['env[name=DB_HOST].value', ['env', { name: 'DB_HOST' }, 'value']],
    ['ports[containerPort=8080,protocol=TCP]', ['ports', { containerPort: 8080, protocol: 'TCP' }]],
    ['hosts[host=*.example.org]', ['hosts', { host: '*.example.org' }]],
    ['labels["app.kubernetes.io/name"]', ['labels', 'app.kubernetes.io/name']],
    ['args[0]', ['args', 0]],
    ['(document)', []],
  ])('%s is what people write', (text, elements) => {
    expect(parsePathText(text)).toEqual(elements);
    expect(pathText(elements)).toBe(text);
  });

  it.each(['', 'a..b', '.a', 'a[', 'a[name]', 'a[name=x', 'a b', 'a["x]', 'a[name=x,]b'])(
    '%j is refused with the column',
    (text) => {
      expect(() => parsePathText(text)).toThrow(/cannot be read from column \d+ on/);
    },
  );
});
