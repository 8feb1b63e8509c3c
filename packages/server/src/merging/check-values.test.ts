import { describe, expect, it } from 'vitest';
import { valueProblems } from './check-values.ts';

const plain = {
  pasted: 'another text',
  current: 'a: 1\n',
  incoming: 'a: 1\n',
  schema_notation: null,
  json_schema: null,
};
const withSchema = (schema: unknown) => ({ ...plain, json_schema: JSON.stringify(schema) });

describe('the values of a layer', () => {
  it('are fine without a schema', () => {
    expect(valueProblems(plain, 'a: 1\n')).toEqual([]);
  });

  it('block when they are no YAML, once', () => {
    expect(valueProblems({ ...plain, schema_notation: 'a:\n  schema: "{{ required }}"\n' }, 'a: [')).toMatchObject([
      { kind: 'yaml', severity: 'block' },
    ]);
  });

  it('block when they do not fit schema.yaml', () => {
    const row = { ...plain, schema_notation: 'a:\n  schema: \'{{ required | format "${number}" }}\'\n' };
    expect(valueProblems(row, 'a: 1\n')).toEqual([]);
    expect(valueProblems(row, 'b: 2\na: x\n')).toMatchObject([
      { kind: 'format', severity: 'block', path: 'a', line: 2 },
    ]);
  });

  it.each(['http://json-schema.org/draft-07/schema#', 'https://json-schema.org/draft/2020-12/schema', undefined])(
    'block when they do not fit values.schema.json of %s',
    ($schema) => {
      const row = withSchema({ $schema, properties: { m: { properties: { n: { type: 'integer' } } } } });
      expect(valueProblems(row, 'm:\n  n: many\n')).toEqual([
        { kind: 'schema', severity: 'block', path: 'm.n', line: 2, message: 'must be integer' },
      ]);
      expect(valueProblems(row, 'm:\n  n: "{{ .spectro.var.n | default 3 }}"\n')).toEqual([]);
    },
  );

  it('warn about a macro that nothing referred to before', () => {
    const row = { ...plain, current: 'a: "{{ .spectro.var.known }}"\n' };
    expect(valueProblems(row, 'a: "{{ .spectro.var.known }}"\nb: "{{ .spectro.var.typo }}"\n')).toMatchObject([
      { kind: 'macro', severity: 'warn', path: 'b', line: 2 },
    ]);
  });

  it.each([
    ['broken JSON', '{'],
    ['no object', '[]'],
    ['an unknown type', '{"type":"whatever"}'],
    ['a reference elsewhere', '{"$ref":"https://vendor.example/schema.json"}'],
  ])('warn when the schema is %s', (_, json_schema) => {
    expect(valueProblems({ ...plain, json_schema }, 'a: 1\n')).toMatchObject([{ kind: 'schema', severity: 'warn' }]);
  });

  it('warn when a pattern of the schema never ends', () => {
    const row = withSchema({ properties: { a: { pattern: '^(x+x+)+y$' } } });
    const started = performance.now();
    expect(valueProblems(row, `a: ${'x'.repeat(60)}\n`)).toMatchObject([{ kind: 'schema', severity: 'warn' }]);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
