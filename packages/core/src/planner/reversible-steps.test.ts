import { describe, expect, it } from 'vitest';
import { buildPlan } from './build-plan.ts';
import { digestOf, release, type ReleaseSketch } from './plan.fixture.ts';
import { pointOfNoReturn } from '../upgrade/plan/point-of-no-return.ts';
import { planSchema, stepsOfPlan } from '../upgrade/plan/plan.ts';

const old: ReleaseSketch = {
  version: '4.2.12',
  kubernetes: '1.36.3',
  ova: 'u-1363.ova',
  layers: ['k8s/kubernetes@1.36.3'],
};
const next: ReleaseSketch = {
  version: '4.3.0',
  kubernetes: '1.37.2',
  ova: 'u-1372.ova',
  from: ['>=4.2.0 <4.3.0'],
  layers: ['k8s/kubernetes@1.37.2'],
};
const planOf = (from: Partial<ReleaseSketch> = {}, to: Partial<ReleaseSketch> = {}) =>
  buildPlan({
    installed: release({ ...old, ...from }),
    target: release({ ...next, ...to }),
    targetDigest: digestOf('marker'),
    reversible: true,
  });

describe('a hop that stays able to go back', () => {
  it('rolls the control plane twice, the workers after a person has finalised, and etcd last of the machines', () => {
    const plan = planOf();
    expect(planSchema.parse(plan)).toEqual(plan);
    expect(stepsOfPlan(plan).map(({ kind, rollback }) => `${kind} ${rollback}`)).toEqual([
      'lock-console reversible',
      'backup reversible',
      'template reversible',
      'stored-versions reversible',
      'emulated-control-plane reversible',
      'finalise one-way',
      'workers one-way',
      'etcd one-way',
      'layer reversible',
      'validate reversible',
      'unlock-console reversible',
    ]);
    const steps = stepsOfPlan(plan);
    expect(steps[pointOfNoReturn(steps) ?? -1]?.kind).toBe('finalise');
    expect(steps.find(({ kind }) => kind === 'emulated-control-plane')).toMatchObject({
      target: { kubernetes: '1.37.2', emulates: '1.36', back: { kubernetes: '1.36.3', template: 'r_u-1363' } },
    });
  });

  it.each([
    ['no minor', {}, { kubernetes: '1.36.4' }, 'stays in the minor of 1.36.3'],
    ['a Kubernetes that serves no other minor', { kubernetes: '1.30.2' }, { kubernetes: '1.31.1' }, 'cannot serve'],
    ['no image to go back to', { ova: undefined }, {}, 'names no node image to go back to'],
  ])('is refused with %s', (_, from, to, reason) => {
    expect(() => planOf(from, to)).toThrow(
      expect.objectContaining({ code: 'REVERSIBLE_NOT_OFFERED', message: expect.stringContaining(reason) }),
    );
  });

  it('is refused through several minors', () => {
    const image = (kubernetes: string) => {
      const ova = `k-${kubernetes}.ova`;
      return {
        ova,
        os: 'ubuntu-22.04',
        kubernetes,
        sha256: digestOf(ova).slice(7),
        digest: digestOf(ova),
        sizeBytes: 1,
      };
    };
    const to = { kubernetes: '1.38.0', spec: { intermediateNodeImages: [image('1.37.2')] } };
    expect(() => planOf({}, to)).toThrow(expect.objectContaining({ code: 'REVERSIBLE_NOT_OFFERED' }));
  });
});
