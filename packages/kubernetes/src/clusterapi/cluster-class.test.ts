import { describe, expect, it } from 'vitest';
import { templateSource } from './cluster-class.ts';

interface Sketch {
  readonly path?: string;
  readonly variable?: string;
  readonly kind?: string;
  readonly resources?: object;
  readonly more?: object;
}

/** A patch of the template of all machines, unless it says otherwise. */
function patch({ path, variable, kind, resources, more }: Sketch = {}): object {
  const matchResources = resources ?? { controlPlane: true, machineDeploymentClass: { names: ['*'] } };
  const valueFrom = variable === undefined ? { template: '{{ .x }}' } : { variable };
  return {
    name: 'p',
    definitions: [
      {
        selector: {
          apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta1',
          kind: kind ?? 'VSphereMachineTemplate',
          matchResources,
        },
        jsonPatches: [{ op: 'replace', path: path ?? '/spec/template/spec/template', valueFrom }],
      },
    ],
    ...more,
  };
}
const sourceIn = (patches: readonly object[], machineClass?: string) => {
  const metadata = { name: 'edge', namespace: 'default' };
  const object = { apiVersion: 'cluster.x-k8s.io/v1beta2', kind: 'ClusterClass', metadata, spec: { patches } };
  return templateSource(object, machineClass);
};
const variable = (name: string, ...fields: readonly string[]) => ({ from: 'variable', place: { name, fields } });

describe('the template of machines by a class', () => {
  it('comes from a variable, or from a field of one', () => {
    expect(sourceIn([patch({ variable: 'image' })])).toEqual(variable('image'));
    expect(sourceIn([patch({ variable: 'infrastructure.vmTemplate' })], 'worker')).toEqual(
      variable('infrastructure', 'vmTemplate'),
    );
  });

  it('comes from the last patch that is for the part', () => {
    const control = patch({ variable: 'control', resources: { controlPlane: true } });
    const named = (...names: readonly string[]) =>
      patch({ variable: names.join(), resources: { machineDeploymentClass: { names } } });
    const all = [patch({ variable: 'first' }), control, named('gpu'), named('edge-*'), named('*-big')];
    expect(sourceIn(all)).toEqual(variable('control'));
    expect(sourceIn(all, 'plain')).toEqual(variable('first'));
    expect(sourceIn(all, 'gpu')).toEqual(variable('gpu'));
    expect(sourceIn([...all.slice(0, 3), patch({ variable: 'last' })], 'gpu')).toEqual(variable('last'));
    expect(sourceIn([patch({ variable: 'a' }), patch({ kind: 'KubeadmConfigTemplate', variable: 'b' })])).toEqual(
      variable('a'),
    );
    expect(sourceIn([patch({ variable: 'a' }), patch({ path: '/spec/template/spec/numCPUs', variable: 'b' })])).toEqual(
      variable('a'),
    );
  });

  it.each([
    ['there is no patch', [], 'name the template for nodes themselves'],
    [
      'it is for others',
      [patch({ variable: 'a', resources: { machineDeploymentClass: { names: ['x'] } } })],
      'themselves',
    ],
    ['it is made from several', [patch({})], 'from no variable'],
    ['it is builtin', [patch({ variable: 'builtin.controlPlane.version' })], 'from builtin'],
    ['it is of a list', [patch({ variable: 'a[0].b' })], 'from a[0].b'],
    ['it holds sometimes', [patch({ variable: 'a', more: { enabledIf: '{{ .x }}' } })], 'only sometimes'],
    [
      'the whole is replaced',
      [patch({ variable: 'a' }), patch({ path: '/spec/template/spec', variable: 'b' })],
      'the whole machine',
    ],
    [
      'an extension makes it',
      [patch({ variable: 'a' }), { name: 'e', external: { generateExtension: 'x' } }],
      'an extension',
    ],
  ])('cannot be chosen where %s', (_, patches, reason) => {
    expect(sourceIn(patches)).toEqual({ from: 'elsewhere', reason: expect.stringContaining(reason) });
  });
});
