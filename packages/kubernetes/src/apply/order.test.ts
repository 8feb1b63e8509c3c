import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inApplyOrder, isDefinition, isGroundwork } from './order.ts';

const kinds = [
  ['v1', 'Namespace'],
  ['v1', 'Secret'],
  ['v1', 'ServiceAccount'],
  ['v1', 'Service'],
  ['apps/v1', 'Deployment'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
  ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy'],
  ['batch/v1', 'Job'],
  ['cert-manager.io/v1', 'Certificate'],
  ['serving.knative.dev/v1', 'Service'],
] as const;
const object = fc
  .record({ of: fc.constantFrom(...kinds), name: fc.nat(99) })
  .map(({ of: [apiVersion, kind], name }) => ({ apiVersion, kind, name }));
const objects = fc.array(object, { maxLength: 30 });

describe('the order of sending', () => {
  it('is that of what needs what', () => {
    const ordered = inApplyOrder(kinds.map(([apiVersion, kind]) => ({ apiVersion, kind })).toReversed());
    expect(ordered.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([
      'v1 Namespace',
      'apiextensions.k8s.io/v1 CustomResourceDefinition',
      'v1 ServiceAccount',
      'v1 Secret',
      'rbac.authorization.k8s.io/v1 ClusterRole',
      'rbac.authorization.k8s.io/v1 RoleBinding',
      'v1 Service',
      'apps/v1 Deployment',
      'batch/v1 Job',
      'serving.knative.dev/v1 Service',
      'cert-manager.io/v1 Certificate',
      'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy',
      'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration',
    ]);
  });

  it('loses and invents nothing, and is the order of what is ordered already', () => {
    fc.assert(
      fc.property(objects, (given) => {
        const ordered = inApplyOrder(given);
        expect([...ordered].toSorted(byText)).toEqual([...given].toSorted(byText));
        expect(inApplyOrder(ordered)).toEqual(ordered);
      }),
    );
  });

  it('keeps objects of one kind as they were written', () => {
    fc.assert(
      fc.property(objects, object, (given, { apiVersion, kind }) => {
        const same = (all: readonly { apiVersion: string; kind: string }[]) =>
          all.filter((each) => each.kind === kind && each.apiVersion === apiVersion);
        expect(same(inApplyOrder(given))).toEqual(same(given));
      }),
    );
  });

  it('does not depend on how different kinds were mixed', () => {
    fc.assert(
      fc.property(objects, objects, (a, b) => {
        const shape = (all: readonly { apiVersion: string; kind: string }[]): readonly string[] =>
          inApplyOrder(all).map(({ apiVersion, kind }) => `${apiVersion} ${kind}`);
        // The two kinds of custom resource are of one rank.
        const listed = [...a, ...b].filter(({ apiVersion }) => !/cert-manager|knative/.test(apiVersion));
        expect(shape(listed)).toEqual(shape(listed.toReversed()));
      }),
    );
  });

  it('has all the groundwork before the rest, and definitions in it', () => {
    fc.assert(
      fc.property(objects, (given) => {
        const ordered = inApplyOrder(given);
        const first = ordered.findIndex((each) => !isGroundwork(each));
        expect(first === -1 ? [] : ordered.slice(first).filter(isGroundwork)).toEqual([]);
        expect(ordered.filter(isDefinition).every(isGroundwork)).toBe(true);
      }),
    );
    expect(isDefinition({ apiVersion: 'other.example/v1', kind: 'CustomResourceDefinition' })).toBe(false);
    expect(isGroundwork({ apiVersion: 'v1', kind: 'Secret' })).toBe(false);
  });
});

function byText(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
