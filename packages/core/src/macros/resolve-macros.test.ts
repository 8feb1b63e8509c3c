import { describe, expect, it } from 'vitest';
import { isSealiftError } from '../errors/index.ts';
import { type MacroSources, resolveMacros } from './resolve-macros.ts';

const sources: MacroSources = {
  system: new Map([
    ['cluster.name', 'site-1'],
    ['kubernetes.version', '1.26.10'],
  ]),
  variables: new Map([
    ['domain', 'example.internal'],
    ['empty', ''],
  ]),
  packs: new Map([
    [
      'kubernetes',
      'pack:\n  podCIDR: "192.168.0.0/16"\n  replicas: 3\n  zero: 0\n  off: false\n  list: [a, { b: c }]\n',
    ],
    ['csi.v3', 'id: "{{ .spectro.system.cluster.name }}-disk"\n"a.b": { c: dotted }\n'],
    ['loop', 'a: "{{ .spectro.pack.loop.a }}"\n'],
    ['empty', ''],
  ]),
};
const resolve = (text: string) => resolveMacros(text, sources, 'values.yaml');

function refusal(text: string) {
  try {
    resolve(text);
  } catch (error) {
    if (isSealiftError(error)) return { code: error.code, place: error.place, message: error.message };
    throw error;
  }
  return undefined;
}

describe('macros of values', () => {
  it.each([
    ['{{ .spectro.system.cluster.name }}', 'site-1'],
    ['{{.spectro.system.cluster.name}}', 'site-1'],
    ['{{- .spectro.var.domain -}}', 'example.internal'],
    ['{{ .spectro.pack.kubernetes.pack.podCIDR }}', '192.168.0.0/16'],
    ['{{ .spectro.pack.kubernetes.pack.replicas }}', '3'],
    ['{{ .spectro.pack.kubernetes.pack.zero }}', '0'],
    ['{{ .spectro.pack.kubernetes.pack.off }}', 'false'],
    ['{{ .spectro.pack.kubernetes.pack.list[0] }}', 'a'],
    ['{{ .spectro.pack.kubernetes.pack.list.1.b }}', 'c'],
    ['{{ .spectro.pack.csi.v3.id }}', 'site-1-disk'],
    ['{{ .spectro.pack.csi.v3.a.b.c }}', 'dotted'],
    ['{{ .spectro.system.kubernetes.version | substr 0 4 }}', '1.26'],
    ['{{ .spectro.system.kubernetes.version | substr 2 -1 }}', '26.10'],
    ['{{ .spectro.system.kubernetes.version | substr -1 1 }}', '1'],
    ['{{ .spectro.var.none | default "x y" }}', 'x y'],
    ['{{ .spectro.var.empty | default 3 }}', '3'],
    ['{{ default "{{" .spectro.var.none }}', '{{'],
    ['{{ .spectro.var.empty }}', ''],
    ['{{ .spectro.var.none | default .spectro.var.domain | upper }}', 'EXAMPLE.INTERNAL'],
    ['{{ .spectro.var.none | upper | default "late" }}', 'late'],
    ['{{ .spectro.var.domain | quote }}', '"example.internal"'],
    ['{{ .spectro.var.domain | trimSuffix ".internal" | trunc 3 }}', 'exa'],
    ['{{ .spectro.var.domain | replace "." "$&" }}', 'example$&internal'],
    ['{{ .spectro.var.domain | b64enc }}', 'ZXhhbXBsZS5pbnRlcm5hbA=='],
  ])('%s is %s', (macro, value) => {
    expect(resolve(`a: "${macro}" # kept\n`)).toBe(`a: "${value}" # kept\n`);
  });

  it('of a chart’s own templates are left as they are', () => {
    const text = 'a: "{{ .Values.x }}"\nb: {{ include "labels" . }}\nc: "{{ .spectro.var.domain }}"\n';
    expect(resolve(text)).toBe(text.replace('{{ .spectro.var.domain }}', 'example.internal'));
  });

  it.each([
    '{{ .spectro.var.none }}',
    '{{ .spectro.system.cluster }}',
    '{{ .spectro.pack.unknown.a }}',
    '{{ .spectro.pack.empty.a }}',
    '{{ .spectro.pack.kubernetes.pack.list[7] }}',
    '{{ .spectro.pack.kubernetes.__proto__.x }}',
    '{{ .spectro.var.none | upper }}',
  ])('%s is named with its line where nothing sets it', (macro) => {
    const found = refusal(`a: 1\nb: ${macro}\n`);
    expect(found).toMatchObject({ code: 'MACRO_UNRESOLVED', place: 'values.yaml:2' });
    expect(found?.message).toContain(macro);
  });

  it.each([
    ['{{ if .spectro.var.domain }}', 'if'],
    ['{{ .spectro.var.domain | sha256sum }}', 'sha256sum'],
    ['{{ .spectro.var.domain | substr 1 }}', 'substr takes 3'],
    ['{{ (.spectro.var.domain) }}', 'only references'],
    ['{{ .spectro.var.domain | }}', 'only references'],
    ['{{ .spectro.other.domain }}', '.spectro.other.domain'],
    ['{{ .spectro.pack.kubernetes.pack }}', 'a mapping or a list'],
    ['{{ .spectro.pack.loop.a }}', 'leads to itself'],
  ])('%s is refused with the reason', (macro, reason) => {
    const found = refusal(macro);
    expect(found?.code).toBe('MACRO_UNSUPPORTED');
    expect(found?.message).toContain(reason);
  });
});
