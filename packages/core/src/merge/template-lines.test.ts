import { describe, expect, it } from 'vitest';
import { isSealiftError } from '../errors/index.ts';
import { merge } from './merge.ts';

function refusal(text: string) {
  try {
    merge({ base: 'a: 1\n', current: text, incoming: 'a: 1\n' });
  } catch (error) {
    if (isSealiftError(error, 'MERGE_YAML_INVALID')) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a line of a template', () => {
  it.each([
    ['a: 1\n{{- if .x }}\nb: 1\n{{- end }}\n', '{{- if .x }}', 'current:2:1'],
    ['a:\n  - 1\n  {{- range .x }}\n  - 2\n  {{- end }}\n', '{{- range .x }}', 'current:3:3'],
    ['a: 1\n{{ include "labels" . | nindent 2 }} # ours\n', '{{ include "labels" . | nindent 2 }}', 'current:2:1'],
    ['{{- if .x }}\na: 1\n{{- end }}\n', '{{- if .x }}', 'current:1:1'],
  ])('in %j is refused as what it is', (text, macro, place) => {
    const error = refusal(text);
    expect(error.message).toContain(`${macro} is a line of a template`);
    expect(error.place).toBe(place);
    expect(error.hint).toContain('Take the line out');
  });

  it.each(['a: b: {{ .x }}\n', 'a: [{{ .x }}\nb: 1\n', '{{ .x }}: [\n'])('is not blamed for %j', (text) => {
    expect(refusal(text).hint).not.toContain('Take the line out');
  });

  it('is text where it stands in a block scalar', () => {
    const text = 'a: |\n  {{- if .x }}\n  b\n  {{- end }}\n';
    expect(merge({ base: 'a: 1\n', current: text, incoming: 'a: 1\n' }).text).toBe(text);
  });
});
