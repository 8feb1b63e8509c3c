import { readFileSync, globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readAppliedValues, resolveMacros } from '../index.ts';
import type { MacroValue } from './functions.ts';

const known: Readonly<Record<string, MacroValue>> = {
  '.spectro.system.kubernetes.version': '1.26.10',
  '.spectro.system.cluster.name': 'harbor',
  '.spectro.var.replicas': 3,
  '.spectro.var.empty': '',
  '.spectro.var.password': 'a"b\\c: #d\n  evil: true',
};
const lookup = (reference: string): MacroValue | undefined =>
  Object.hasOwn(known, reference) ? known[reference] : undefined;
const read = (text: string) => readAppliedValues(text, lookup, 'values.yaml');

describe('the values of a layer when it is applied', () => {
  it('have their macros resolved: as text inside quotes, and alone without quotes as what it looks like', () => {
    expect(
      read(
        [
          'name: "x-{{ .spectro.system.cluster.name }}"',
          'count: {{ .spectro.var.replicas }}',
          'quoted: "{{ .spectro.var.replicas }}"',
          'plain: v{{ .spectro.system.kubernetes.version }}',
          'version: {{ .spectro.system.kubernetes.version | substr 0 4 }}',
          'text: {{ .spectro.system.kubernetes.version | replace "26.10" "30" }}',
          'block: |-',
          '  {{ .spectro.var.replicas }}',
        ].join('\n'),
      ),
    ).toEqual({
      name: 'x-harbor',
      count: 3,
      quoted: '3',
      plain: 'v1.26.10',
      version: 1.26,
      text: '1.30',
      block: '3',
    });
  });

  it('never get another structure from what a macro holds', () => {
    const text = 'a: "{{ .spectro.var.password }}"\nb: {{ .spectro.var.password }}\nc: 1\n';
    expect(read(text)).toEqual({ a: known['.spectro.var.password'], b: known['.spectro.var.password'], c: 1 });
  });

  it('keep macros that are not of the site: they are the chart’s own', () => {
    expect(read('a: "{{ .Values.image.tag }}"\nb: {{ .image }}\n')).toEqual({
      a: '{{ .Values.image.tag }}',
      b: '{{ .image }}',
    });
  });

  it('name a reference that nothing sets, unless the macro has a default', () => {
    expect(() => read('a: "{{ .spectro.var.missing }}"')).toThrow('nothing sets .spectro.var.missing');
    expect(() => read('a: "{{ .spectro.var.missing | upper }}"')).toThrow('nothing sets .spectro.var.missing');
    expect(() => read('a: "{{ .spectro.var.missing | substr 0 x }}"')).toThrow('x stands where a value must');
    expect(read('a: "{{ .spectro.var.missing | default "d" }}"\n'.replaceAll('"d"', '`d`'))).toEqual({ a: 'd' });
    expect(read('a: \'{{ default "d" .spectro.var.empty }}\'')).toEqual({ a: 'd' });
    expect(() => read('a: "{{ .spectro.var.missing }}{{ .spectro.var.replicas | default 1 }}"')).toThrow('missing');
  });

  it('take an item of a list by its index', () => {
    expect(resolveMacros('{{ .spectro.pack.a.list[0].x }}', (asked) => asked, 'x')).toBe('.spectro.pack.a.list[0].x');
  });

  it('that are blank or comments are no values, and a list is refused', () => {
    expect(read('')).toEqual({});
    expect(read('# nothing\n\n')).toEqual({});
    expect(() => read('- a')).toThrow('it is no mapping');
    expect(() => read('__proto__: {}')).toThrow('__proto__');
  });

  it.each([
    ['{{ .spectro.var.replicas | unheard }}', 'the function unheard is not known'],
    ['{{ .spectro.var.replicas | constructor }}', 'the function constructor is not known'],
    ['{{ .spectro.var.replicas | substr 0 }}', 'substr takes 3 values, and is given 2'],
    ['{{ .spectro.var.replicas .spectro.var.replicas }}', 'a value stands where a function must'],
    ['{{ .spectro.var.replicas | "x" }}', 'a value stands where a function must'],
    ['{{ .spectro.var.replicas | }}', 'a part is empty'],
    ['{{ (default 1 .spectro.var.replicas) }}', 'is not known'],
    ['{{- .spectro.var.replicas }}', 'is not known'],
    ['{{ .spectro.system.cluster.name | int }}', 'is no whole number'],
    ['{{ .spectro.system.cluster.name | indent 1000000 }}', 'indents by more than 100'],
  ])('%s is refused with its reason', (macro, reason) => {
    expect(() => resolveMacros(`a ${macro} b`, lookup, 'x.yaml')).toThrow(reason);
  });

  it.each([
    ['upper', 'HARBOR'],
    ['trunc 3', 'har'],
    ['trunc -3', 'bor'],
    ['substr -1 2', 'ha'],
    ['substr 2 100', 'rbor'],
    ['trimPrefix "har"', 'bor'],
    ['trimSuffix "bor"', 'har'],
    ['replace "r" "$&"', 'ha$&bo$&'],
    ['quote', '"harbor"'],
    ['squote', "'harbor'"],
    ['indent 2', '  harbor'],
    ['nindent 1', '\n harbor'],
    ['default "x" | lower | trim | toString', 'harbor'],
  ])('%s gives what Sprig gives', (functions, result) => {
    expect(resolveMacros(`{{ .spectro.system.cluster.name | ${functions} }}`, lookup, 'x')).toBe(result);
  });
});

const packs = new URL('../../../../../../shared/data/packs/', import.meta.url).pathname;
const files = globSync('*/values.yaml', { cwd: packs });

it.skipIf(files.length === 0)('every pack that is public can be read with all its references set', () => {
  for (const file of files) {
    const text = readFileSync(`${packs}${file}`, 'utf8');
    expect(readAppliedValues(text, () => '1.30.1', file)).toBeTypeOf('object');
  }
});
