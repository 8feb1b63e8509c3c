import { describe, expect, it } from 'vitest';
import { type MachineSketch, sketchState, type StateSketch } from '../testing/sample-state.ts';
import { refuseUnfit } from './refuse.ts';

const done: readonly MachineSketch[] = ['d', 'e', 'f'].map((name) => ({ name, isNew: true }));

/** The code that a wish is refused with; the owners run 1.37.2. */
function refused(
  version: string,
  group: 'control-plane' | 'workers' = 'control-plane',
  sketch: Partial<StateSketch> = {},
) {
  const state = sketchState({ machines: done, ...sketch });
  const owners = group === 'control-plane' ? [state.controlPlane] : state.deployments;
  try {
    refuseUnfit(state, group, owners, { version, template: 'r_new' });
    return undefined;
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

describe('a control plane', () => {
  it.each([
    ['the same version', '1.37.2'],
    ['a newer patch', '1.37.9'],
    ['the next minor', '1.38.0'],
  ])('is asked for %s', (_, version) => {
    expect(refused(version)).toBeUndefined();
  });

  it.each([
    ['an older patch', '1.37.1', 'KUBERNETES_DOWNGRADE'],
    ['the minor before', '1.36.9', 'KUBERNETES_DOWNGRADE'],
    ['a release candidate of what it runs', '1.37.2-rc.0', 'KUBERNETES_DOWNGRADE'],
    ['the minor after the next', '1.39.0', 'KUBERNETES_MINOR_SKIPPED'],
    ['another major', '2.0.0', 'KUBERNETES_MINOR_SKIPPED'],
  ])('is never asked for %s', (_, version, code) => {
    expect(refused(version)).toBe(code);
  });

  it('does not leave workers further behind than their kubelets may be', () => {
    const worker = (kubelet: string, more: Partial<MachineSketch> = {}): Partial<StateSketch> => ({
      sets: [{ name: 'old', template: 'old' }],
      machines: [...done, { name: 'w', set: 'old', kubelet, ...more }],
    });
    expect(refused('1.38.0', 'control-plane', worker('v1.35.1'))).toBeUndefined();
    expect(refused('1.38.0', 'control-plane', worker('v1.34.9'))).toBe('WORKERS_TOO_FAR_BEHIND');
    const going = { deleting: '2026-11-28T12:00:00Z' };
    expect(refused('1.38.0', 'control-plane', worker('v1.34.9', going))).toBeUndefined();
  });
});

describe('workers', () => {
  const behind = (version: string): Partial<StateSketch> => ({
    owner: {
      spec: { version: 'v1.37.2', template: { spec: { version, infrastructureRef: { kind: 'x', name: 'new' } } } },
    },
  });

  it('may skip minors up to the skew of kubelets, and are never newer than any machine of the control plane', () => {
    expect(refused('1.37.2', 'workers', behind('v1.34.0'))).toBeUndefined();
    expect(refused('1.37.2', 'workers', behind('v1.33.0'))).toBe('KUBERNETES_MINOR_SKIPPED');
    expect(refused('1.37.3', 'workers')).toBe('WORKERS_BEFORE_CONTROL_PLANE');
    const rolling = [...done.slice(1), { name: 'a' }];
    expect(refused('1.37.2', 'workers', { machines: rolling })).toBe('WORKERS_BEFORE_CONTROL_PLANE');
    const cameBack = [...done.slice(1), { name: 'd', isNew: true, kubelet: 'v1.36.3' }];
    expect(refused('1.37.2', 'workers', { machines: cameBack })).toBe('WORKERS_BEFORE_CONTROL_PLANE');
  });

  it('are not asked to go back', () => {
    expect(refused('1.36.3', 'workers')).toBe('KUBERNETES_DOWNGRADE');
  });
});
