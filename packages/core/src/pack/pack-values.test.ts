import { describe, expect, it } from 'vitest';
import { isSealiftError } from '../errors/sealift-error.ts';
import { packImages, readPackValues } from './pack-values.ts';

function placeOfRefusal(values: string): string | undefined {
  try {
    readPackValues(values, 'values.yaml');
  } catch (error) {
    if (isSealiftError(error, 'PACK_VALUES_INVALID')) return error.place;
    throw error;
  }
  return 'accepted';
}

describe('readPackValues', () => {
  it('reads the facts of the pack section', () => {
    const values = `# spectrocloud.com/enabled-presets: Group:preset
charts: {}
pack:
  namespace: kube-system
  spectrocloud.com/install-priority: "-5"
  namespaceLabels:
    kube-system: "a=b"
  content:
    images:
      - image: docker.io/a:1   # note
      - image: docker.io/b@sha256:00
      - image: docker.io/a:1
manifests: {}
`;
    expect(readPackValues(values, 'values.yaml')).toEqual({
      images: ['docker.io/a:1', 'docker.io/b@sha256:00'],
      namespace: 'kube-system',
      namespaceLabels: { 'kube-system': 'a=b' },
      releaseNameOverride: {},
      installPriority: -5,
      mayShrink: false,
    });
    expect(readPackValues('pack: { "sealift.dev/may-shrink": "true" }\n', 'values.yaml').mayShrink).toBe(true);
    expect(readPackValues('pack: { "sealift.dev/may-shrink": "false" }\n', 'values.yaml').mayShrink).toBe(false);
  });

  it.each([
    '',
    '# nothing\n',
    '---\n',
    'charts: {}\n',
    'pack:\n',
    'pack: {}\n',
    'pack:\n  content:\n',
    'pack:\n  content:\n    images:\n',
    'null\n',
  ])('finds nothing in %j', (values) => {
    expect(packImages(values)).toEqual([]);
  });

  it('is not disturbed by templates outside its section', () => {
    const values =
      'manifests:\n  a: {{ .spectro.system.x }}-y\n  b: [}\npack:\n  content: { images: [{ image: a:1 }] }\n';
    expect(packImages(values)).toEqual(['a:1']);
  });

  it('reads a flow mapping, an indented one and a quoted key', () => {
    expect(packImages('{ "pack": { content: { images: [{ image: a:1 }] } } }')).toEqual(['a:1']);
    expect(packImages('  "pack":\n    content:\n      images:\n      - image: a:1\n  x: 1\n')).toEqual(['a:1']);
  });

  it('names the line of what it refuses', () => {
    expect(placeOfRefusal('a: 1\n\npack:\n  content:\n    images:\n      - image: "a b"\n')).toBe(
      'values.yaml:6:16#/pack/content/images/0/image',
    );
    expect(placeOfRefusal('pack:\n  namespace: a\nb: 1\npack:\n  namespace: c\n')).toBe('values.yaml:4');
    expect(placeOfRefusal('pack:\n  namespace: a\n  namespace: c\n')).toBe('values.yaml:3:3');
    expect(placeOfRefusal('- pack: 1\n')).toMatch(/^values\.yaml:1:1/);
    expect(placeOfRefusal('pack:\n  spectrocloud.com/install-priority: soon\n')).toMatch(/^values\.yaml:2:38/);
  });

  it('finds the section behind megabytes of other values', { timeout: 30_000 }, () => {
    const others = Array.from({ length: 20_000 }, (_, index) => `key${index}:\n  nested: value of some length\n`).join(
      '',
    );
    expect(packImages(`${others}pack:\n  content: { images: [{ image: a:1 }] }\n`)).toEqual(['a:1']);
  });

  it('refuses more than ten megabytes', () => {
    expect(placeOfRefusal(' '.repeat(10_000_001))).toBe('values.yaml');
  });
});
