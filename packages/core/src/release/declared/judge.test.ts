import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expectation } from './expectation.ts';
import { parseFieldPath, valuesAt } from './field-path.ts';
import { matchesGlob } from './glob.ts';
import { type FoundObject, judgeStatement } from './judge.ts';
import { quantityOf } from './quantity.ts';

const pod = (name: string, phase: string, ready = 'True'): FoundObject => ({
  name: `Pod harbor/${name}`,
  object: {
    metadata: { name, labels: { 'app.kubernetes.io/version': '6.0.4' } },
    spec: { containers: [{ name: 'db', resources: { limits: { memory: '2Gi' } } }] },
    status: { phase, conditions: [{ type: 'Ready', status: ready }] },
  },
});
const query = { apiVersion: 'v1', kind: 'Pod', namespace: 'harbor', selector: 'app=db' };
const judge = (expected: Expectation, found: readonly FoundObject[], field?: string, optional = false) =>
  judgeStatement({ query, field, expect: expected, optional }, found);
const two = [pod('db-0', 'Running'), pod('db-1', 'Pending', 'False')];

describe('what a release expects of objects', () => {
  it.each<[string, Expectation, string | undefined, boolean]>([
    ['that one is there', { exists: true }, undefined, true],
    ['that each has a field', { exists: true }, '.metadata.name', true],
    ['that none is there', { absent: true }, undefined, false],
    ['that none has a field', { absent: true }, '.spec.nodeName', true],
    ['a number of them', { count: { atLeast: 2, atMost: 2 } }, undefined, true],
    ['more of them', { count: { atLeast: 3 } }, undefined, false],
    ['fewer of them', { count: { atMost: 1 } }, undefined, false],
    ['a value of each', { equals: 'Running' }, '.status.phase', false],
    ['one of some values of each', { oneOf: ['Running', 'Pending'] }, '.status.phase', true],
    ['what a condition says', { equals: 'True' }, '.status.conditions[?(@.type=="Ready")].status', false],
    ['a quantity', { atLeast: '2G' }, '.spec.containers[*].resources.limits.memory', true],
    ['a greater quantity', { atLeast: '3Gi' }, '.spec.containers[0].resources.limits.memory', false],
    ['a version', { versionAtLeast: '6.0' }, ".metadata.labels['app.kubernetes.io/version']", true],
    ['a later version', { versionAtLeast: '6.0.10' }, ".metadata.labels['app.kubernetes.io/version']", false],
    ['a form of a text', { matches: 'db-?' }, '.metadata.name', true],
    ['another form', { matches: '*-9' }, '.metadata.name', false],
    ['a field that is not there', { equals: 'x' }, '.status.none', false],
    ['a value of what has parts', { equals: 'x' }, '.status.conditions', false],
  ])('is %s', (_, expected, field, holds) => {
    const found = judge(expected, two, field);
    expect(found.holds).toBe(holds);
    expect(found.detail).not.toBe('');
    expect(found.items.length > 0).toBe(!holds);
  });

  it('names each object that has it otherwise, with what it has', () => {
    const { detail, items } = judge({ equals: 'Running' }, two, '.status.phase');
    expect(detail).toBe('Pod harbor/db-1 .status.phase is Pending, and should be Running');
    expect(items.map(({ place }) => place)).toEqual(['Pod harbor/db-1']);
  });

  it('holds of nothing only where the release says so', () => {
    expect(judge({ equals: 'Running' }, [], '.status.phase')).toMatchObject({
      holds: false,
      detail: 'Pod with app=db in harbor is not there',
    });
    expect(judge({ equals: 'Running' }, [], '.status.phase', true)).toMatchObject({ holds: true });
    expect(judge({ exists: true }, [])).toMatchObject({ holds: false });
    expect(judge({ absent: true }, [])).toMatchObject({ holds: true });
  });

  it('never tells what is in a Secret', () => {
    const secret = { name: 'Secret harbor/login', object: { data: { password: 'c2VjcmV0' } } };
    const of = { ...query, kind: 'Secret' };
    const judged = judgeStatement({ query: of, field: '.data.password', expect: { equals: 'eA==' } }, [secret]);
    expect(judged.holds).toBe(false);
    expect(JSON.stringify(judged)).not.toContain('c2VjcmV0');
  });
});

describe('a path to a field', () => {
  it.each(['', '.', 'status', '.a..b', '.a[', '.a[-1]', '.a[?(@.b>1)]', '..a', ".a['b", '.a[1:2]', '.a'.repeat(21)])(
    'is not %j',
    (text) => expect(parseFieldPath(text)).toBeUndefined(),
  );

  it('reaches only what an object has of its own, and no more than it has', () => {
    for (const path of ['.constructor', '.__proto__', '.a.length', '.a[7]', '.a.b']) {
      expect(valuesAt({ a: ['x'] }, parseFieldPath(path) ?? [])).toEqual([]);
    }
  });

  it('finds every member that it is made for, whatever its name is', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9./_-]{1,60}$/);
    fc.assert(
      fc.property(name, fc.jsonValue(), (key, value) => {
        const found = valuesAt({ spec: { [key]: value } }, parseFieldPath(`.spec['${key}']`) ?? []);
        expect(found).toEqual(value === null ? [] : [value]);
      }),
    );
  });
});

it('a form of a text means what the same regular expression means', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 12 });
  fc.assert(
    fc.property(letters, letters, (text, pattern) => {
      const parts = Array.from(pattern, (one) => (one === '*' ? '[^]*' : one === '?' ? '[^]' : one));
      expect(matchesGlob(text, pattern)).toBe(new RegExp(`^${parts.join('')}$`).test(text));
    }),
  );
});

it('a form of many stars takes no time', () => {
  expect(matchesGlob('a'.repeat(10_000), `${'*a'.repeat(100)}b`)).toBe(false);
});

it.each([
  ['500m', 0.5],
  ['10Gi', 10 * 2 ** 30],
  ['1.5k', 1500],
  [3, 3],
  ['1e3', undefined],
  ['', undefined],
  ['many', undefined],
  [true, undefined],
  [Number.NaN, undefined],
])('reads the quantity %j', (text, number) => expect(quantityOf(text)).toBe(number));
