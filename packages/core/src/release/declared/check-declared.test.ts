import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isSealiftError } from '../../errors/sealift-error.ts';
import { parseReleaseFile } from '../read-release.ts';

const check = `name: db, title: The database is well, remedy: Mend it.`;
const pods = `query: { apiVersion: v1, kind: Pod, namespace: harbor }`;
const step = `name: own, title: Take over`;
const own = `do: { kind: own-objects, owner: { helm: { release: web, namespace: harbor } }, objects: [{ apiVersion: apps/v1, kind: Deployment, namespace: harbor, name: web }] }`;
const claim = (to: string) =>
  `do: { kind: migrate-claim, namespace: harbor, name: files, from: { accessModes: [ReadWriteOnce] }, to: { accessModes: [${to}] } }`;

const set = (field: string, from: string) =>
  `do: { kind: set-field, object: { apiVersion: v1, kind: ConfigMap, namespace: harbor, name: db }, field: ${field}, from: ${from}, to: 2 }`;

function read(parts: string) {
  return parseReleaseFile(
    `apiVersion: sealift.dev/v1
kind: Release
metadata: { product: Harborview, version: 4.2.13 }
spec:
  kubernetes: { version: 1.26.10, supported: ">=1.26 <1.28" }
  layers: [{ layer: addon, pack: platform, version: 4.2.13 }]
  content: { packs: [ ./packs/* ] }
${parts}`,
    'release.yaml',
  );
}

it('reads checks and steps, and fills in what may be left out', () => {
  const { spec } = read(`  checks:
    - { ${check}, ${pods}, field: .status.phase, expect: { equals: Running } }
  releaseSteps:
    - { ${step}, at: { before: addon-platform }, ${own} }
    - { name: files, title: Files, at: { after: nodes }, ${claim('ReadWriteMany')} }
`);
  expect(spec.checks).toMatchObject([
    { name: 'db', severity: 'block', optional: false, expect: { equals: 'Running' } },
  ]);
  expect(spec.releaseSteps.map(({ do: { kind } }) => kind)).toEqual(['own-objects', 'migrate-claim']);
});

it.each([
  ['a value without its field', `  checks: [{ ${check}, ${pods}, expect: { equals: 1 } }]`, 'of which field'],
  ['a count of a field', `  checks: [{ ${check}, ${pods}, field: .a, expect: { count: { atLeast: 1 } } }]`, 'counted'],
  ['a count of no number', `  checks: [{ ${check}, ${pods}, expect: { count: {} } }]`, 'no number'],
  ['a count of none', `  checks: [{ ${check}, ${pods}, expect: { count: { atLeast: 2, atMost: 1 } } }]`, 'never'],
  [
    'a path that is a script',
    `  checks: [{ ${check}, ${pods}, field: ".a[?(@.b>1)]", expect: { exists: true } }]`,
    'no path',
  ],
  [
    'a name beside a selector',
    `  checks: [{ ${check}, query: { apiVersion: v1, kind: Pod, name: a, selector: a=b }, expect: { exists: true } }]`,
    'no selector',
  ],
  [
    'a name that leads elsewhere',
    `  checks: [{ ${check}, query: { apiVersion: v1, kind: Pod, name: ../a }, expect: { exists: true } }]`,
    'name',
  ],
  ['two expectations', `  checks: [{ ${check}, ${pods}, expect: { exists: true, absent: true } }]`, 'exactly one'],
  [
    'two of a name',
    `  checks: [{ ${check}, ${pods}, expect: { exists: true } }, { ${check}, ${pods}, expect: { absent: true } }]`,
    'two of the name db',
  ],
  ['a check that is a name alone', `  checks: [cns-cluster-id]`, 'checks'],
  [
    'a step at a layer that is not there',
    `  releaseSteps: [{ ${step}, at: { before: addon-shop }, ${own} }]`,
    'no layer addon-shop',
  ],
  [
    'a step of another kind',
    `  releaseSteps: [{ ${step}, at: { before: nodes }, do: { kind: run-script, script: rm } }]`,
    'kind',
  ],
  [
    'a field through items',
    `  releaseSteps: [{ ${step}, at: { before: nodes }, ${set('".spec.members[0].version"', '[1]')} }]`,
    'no path of members',
  ],
  [
    'a field that is no setting',
    `  releaseSteps: [{ ${step}, at: { before: nodes }, ${set('.metadata.finalizers', '[1]')} }]`,
    'metadata is no setting',
  ],
  [
    'a whole object as a field',
    `  releaseSteps: [{ ${step}, at: { before: nodes }, ${set('.spec', '[1]')} }]`,
    'no field',
  ],
  [
    'a field that is as it is to be',
    `  releaseSteps: [{ ${step}, at: { before: nodes }, ${set('.spec.version', '[1, 2]')} }]`,
    'as it is',
  ],
  [
    'a claim that is as it is to be',
    `  releaseSteps: [{ ${step}, at: { before: nodes }, ${claim('ReadWriteOnce')} }]`,
    'as it is',
  ],
])('refuses %s', (_, parts, reason) => {
  let refused: unknown;
  try {
    read(`${parts}\n`);
  } catch (error) {
    refused = error;
  }
  expect(isSealiftError(refused, 'RELEASE_INVALID')).toBe(true);
  expect((refused as Error).message).toContain(reason);
  expect((refused as { place?: string }).place).toMatch(/^release\.yaml:8:\d+#\/spec\/(checks|releaseSteps)/);
});

it('reads what the reference shows of them', () => {
  const page = readFileSync(new URL('../../../../../docs/reference/release.md', import.meta.url), 'utf8');
  const shown = [...page.matchAll(/```yaml\nspec:\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  const specs = shown.map((text) => read(text).spec);
  expect(specs.flatMap(({ checks }) => checks)).toHaveLength(3);
  expect(specs.flatMap(({ releaseSteps }) => releaseSteps.map((one) => one.do.kind))).toEqual([
    'own-objects',
    'migrate-claim',
    'set-field',
    'wait-for',
  ]);
});
