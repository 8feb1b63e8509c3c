import { describe, expect, it } from 'vitest';
import { type ChartTexts, imagesInPack } from './index.ts';
import type { Findings } from './findings.ts';

/** What a pack of these texts names, without where. */
function named(found: Findings): readonly string[] {
  return found.named.map(({ anyOf }) => anyOf.join(' or '));
}

function inManifest(text: string): Findings {
  return imagesInPack({ valuesYaml: '', manifests: new Map([['manifests/a.yaml', text]]), charts: new Map() }, 'p');
}

function inChart(files: Record<string, string>, valuesYaml = '', subcharts: readonly ChartTexts[] = []): Findings {
  const chart = {
    files: new Map(Object.entries({ 'Chart.yaml': 'name: c\nappVersion: "1.5.0"\n', ...files })),
    subcharts,
  };
  return imagesInPack({ valuesYaml, manifests: new Map(), charts: new Map([['charts/c-1.tgz', chart]]) }, 'p');
}

describe('images in manifests', () => {
  it('are those of every kind of container, at any depth, in every document', () => {
    const found = inManifest(`
apiVersion: batch/v1
kind: CronJob
spec: { jobTemplate: { spec: { template: { spec: { containers: [ { name: a, image: busybox } ] } } } } }
---
kind: Deployment
spec:
  template:
    spec:
      initContainers: [ { name: i, image: "quay.io/a/init:1" } ]
      containers: [ { name: c, image: 'quay.io/a/b@sha256:${'0'.repeat(64)}' } ]
      ephemeralContainers: [ { name: e, image: quay.io/a/debug:1 } ]
      volumes: [ { name: v, image: { reference: quay.io/a/volume:1 } } ]
---
kind: Operator
spec: { agent: { image: quay.io/a/agent:2, args: [ "--sidecar-image=quay.io/a/sidecar:3" ] }, env: [ { name: RELATED_IMAGE_X, value: quay.io/a/x:4 } ] }
---
kind: CustomResourceDefinition
spec: { properties: { image: { type: string, description: the image } } }
`);
    const expected = [
      'busybox',
      `quay.io/a/b@sha256:${'0'.repeat(64)}`,
      'quay.io/a/init:1',
      'quay.io/a/debug:1',
      'quay.io/a/volume:1',
      'quay.io/a/agent:2',
      'quay.io/a/sidecar:3',
      'quay.io/a/x:4',
    ];
    expect(named(found).toSorted()).toEqual(expected.toSorted());
    expect(found.uncertain).toEqual([]);
    expect(found.named.find(({ anyOf }) => anyOf[0] === 'busybox')?.place).toBe('p, manifests/a.yaml:4');
  });

  it('that a macro decides, or that stand in a text, are uncertain and said so', () => {
    const found = inManifest(`
containers:
  - { name: a, image: "{{ .spectro.var.registry }}/x:1" }
  - name: b
    image: {{ .spectro.var.image }}
data:
  template: |
    containers:
      - image: quay.io/inside/text:1
`);
    expect(found.named).toEqual([]);
    expect(found.uncertain.map(({ text, why }) => [text, why])).toEqual([
      ['{{ … }}/x:1', 'template'],
      ['{{ … }}', 'template'],
      ['- image: quay.io/inside/text:1', 'template'],
    ]);
  });

  it('are not lost without a word where a file cannot be read', () => {
    expect(inManifest('a: [').uncertain[0]?.why).toBe('unreadable');
    expect(inManifest('['.repeat(20_000)).uncertain[0]?.why).toBe('unreadable');
    expect(inManifest('containers: [{image: "No Image"}]').uncertain[0]?.why).toBe('unreadable');
    expect(inManifest('__proto__: { containers: [{ image: quay.io/a/b:1 }] }').named).toHaveLength(1);
    const bomb = ['a: &a [x]', ...Array.from({ length: 60 }, (_, index) => `b${index}: &b${index} [*a, *a]`)].join(
      '\n',
    );
    expect(inManifest(bomb).named).toEqual([]);
  });
});

describe('images in charts', () => {
  it.each([
    ['image: { registry: quay.io, repository: a/b, tag: "1" }', 'quay.io/a/b:1'],
    ['image: { repository: quay.io/a/b, tag: 2 }', 'quay.io/a/b:2'],
    ['image: { repository: quay.io/a/b, tag: "" }', 'quay.io/a/b:1.5.0 or quay.io/a/b:v1.5.0'],
    ['image: { registry: registry.k8s.io, image: x/y, tag: v1 }', 'registry.k8s.io/x/y:v1'],
    ['operator: { image: tigera/operator, version: v1.30.4, registry: quay.io }', 'quay.io/tigera/operator:v1.30.4'],
    [`image: { repository: quay.io/a/b, digest: "sha256:${'1'.repeat(64)}" }`, `quay.io/a/b@sha256:${'1'.repeat(64)}`],
    ['image: quay.io/a/b:3', 'quay.io/a/b:3'],
    ['image: quay.io/a/b\nimageTag: "4"', 'quay.io/a/b:4'],
    ['sidecarImage: quay.io/a/b:5', 'quay.io/a/b:5'],
    [
      'global: { imageRegistry: mirror.example }\nimage: { registry: quay.io, repository: a/b, tag: "1" }',
      'mirror.example/a/b:1',
    ],
  ])('values %s', (values, expected) => {
    expect(named(inChart({ 'values.yaml': values }))).toEqual([expected]);
  });

  it('what is no image is none', () => {
    const values =
      'source: { repository: "https://charts.example/x", tag: 1 }\nlogo: { image: cat.png }\nimagePullPolicy: Always\n';
    const found = inChart({ 'values.yaml': values });
    expect([found.named, found.uncertain]).toEqual([[], []]);
  });

  it('the values of the pack come over those of the chart', () => {
    const pack = 'charts:\n  c:\n    image: { tag: "9" }\n';
    const found = inChart({ 'values.yaml': 'image: { repository: quay.io/a/b, tag: "1" }' }, pack);
    expect(named(found)).toEqual(['quay.io/a/b:9']);
  });

  it('what is switched off is uncertain', () => {
    const found = inChart({
      'values.yaml': 'metrics: { enabled: false, image: { repository: quay.io/a/b, tag: "1" } }',
    });
    expect([found.named, found.uncertain[0]?.why]).toEqual([[], 'disabled']);
  });

  it('templates: literal ones, simple ones worked out, all others uncertain', () => {
    const template = [
      'image: "quay.io/a/literal:1" # why',
      'image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"',
      'image: {{ default "quay.io/a/fallback:2" .Values.other | quote }}',
      'image: {{ include "c.image" . }}',
      '# image: quay.io/a/comment:1',
      '{{/* image: quay.io/a/comment:2 */}}',
      'image:',
    ].join('\n');
    const values = 'image: { repository: quay.io/a/b }';
    const found = inChart({ 'values.yaml': values, 'templates/x.yaml': template });
    expect(named(found).slice(1)).toEqual(['quay.io/a/literal:1', 'quay.io/a/b:1.5.0', 'quay.io/a/fallback:2']);
    expect(found.uncertain).toEqual([
      { place: 'p, charts/c-1.tgz/templates/x.yaml:4', text: '{{ include "c.image" . }}', why: 'template' },
    ]);
  });

  it('subcharts take the values of the chart above, its alias and its global ones, unless a condition switches them off', () => {
    const subchart = (name: string): ChartTexts => ({
      files: new Map([
        ['Chart.yaml', `name: ${name}\nappVersion: 7.0.0\n`],
        ['values.yaml', 'image: { registry: docker.io, repository: s/t, tag: "1" }'],
      ]),
      subcharts: [],
    });
    const about = `name: c
dependencies:
  - { name: one, alias: uno }
  - { name: two, condition: two.enabled }
`;
    const values = 'uno: { image: { tag: "8" } }\ntwo: { enabled: false }\nglobal: { imageRegistry: mirror.example }\n';
    const found = inChart({ 'Chart.yaml': about, 'values.yaml': values }, '', [subchart('one'), subchart('two')]);
    expect(named(found)).toEqual(['mirror.example/s/t:8']);
    expect(found.uncertain).toMatchObject([{ text: 'mirror.example/s/t:1', why: 'disabled' }]);
  });
});

describe('images in the values of a pack', () => {
  it('count for charts that the pack does not hold, and for manifests written there', () => {
    const valuesYaml = `
pack: { content: { images: [ { image: quay.io/p/listed:1 } ] } }
charts: { absent: { image: { repository: short, tag: "1" } } }
manifests:
  extra:
    contents: |
      containers: [ { name: a, image: quay.io/p/inline:1 } ]
      image: quay.io/p/other:1
`;
    const found = imagesInPack({ valuesYaml, manifests: new Map(), charts: new Map() }, 'p');
    expect(named(found)).toEqual(['quay.io/p/listed:1', 'short:1', 'quay.io/p/other:1', 'quay.io/p/inline:1']);
    expect(found.named.map(({ mayBePrefixed }) => mayBePrefixed ?? false)).toEqual([false, true, false, false]);
  });
});

describe('hostile texts', () => {
  it.each([
    ['spaces', `image: a${' '.repeat(200_000)}b`],
    ['comments that never end', '{{/* '.repeat(50_000)],
    ['braces', '{{{x}'.repeat(50_000)],
    ['colons', `image: "${':'.repeat(200_000)}/"`],
    ['arguments', `args: ["--${'image'.repeat(100_000)}"]`],
    ['hosts', `containers: [{ image: "${'a.'.repeat(200_000)}" }]`],
  ])('made of %s cost seconds at most', (_, text) => {
    const started = performance.now();
    inManifest(text);
    inChart({ 'values.yaml': text, 'templates/a.yaml': text });
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
