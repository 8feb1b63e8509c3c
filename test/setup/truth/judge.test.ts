import { describe, expect, it } from 'vitest';
import type { ClusterState } from './cluster-truth.ts';
import { judge, type PlannedStep } from './judge.ts';
import type { PageStatement } from './read-page.ts';

const windowMs = 20_000;
const slowestMs = 4000;
const now = 1_000_000;

function state(versions: readonly string[], updated = 3, asked = '1'): ClusterState {
  const nodes = versions.map((version, index) => ({
    name: `control-plane-${index + 1}`,
    role: 'control-plane' as const,
    version,
    template: `t-${version}`,
    ready: true,
    message: '',
    machine: null,
    phase: 'Running',
    since: null,
  }));
  return {
    nodes,
    layers: new Map([['cni/calico', versions[0] ?? '']]),
    rollouts: { 'control-plane': { template: `t-${asked}`, updated }, workers: { template: 't-1', updated: 3 } },
  };
}

const before = state(['1', '1', '1']);
const after = state(['2', '1', '1'], 1, '2');
/** The cluster was `before` until so many ms ago, and is `after` since. */
const changed = (agoMs: number) => ({
  during: (from: number, to: number): readonly ClusterState[] => [
    ...(from <= now - agoMs ? [before] : []),
    ...(to >= now - agoMs ? [after] : []),
  ],
});
const steps: readonly PlannedStep[] = [
  { title: 'Apply calico', isThere: ({ layers }) => layers.get('cni/calico') === '2' },
  { title: 'Roll the control plane', isThere: () => false, rollout: { group: 'control-plane', template: 't-2' } },
];
const silent: PageStatement = {
  at: now,
  nodes: null,
  groups: null,
  notReady: null,
  layers: null,
  steps: null,
  machines: null,
  stepsDone: null,
  ages: [],
  wait: null,
  unknown: [],
  healthy: false,
};
const table = ({ nodes }: ClusterState) =>
  nodes.map(({ name, version, template }) => [name, 'Ready Running', '', 'Control plane', version, template, '']);
const of = (page: Partial<PageStatement>, agoMs: number, faultBeforeMs = 0) =>
  judge({ ...silent, ...page }, changed(agoMs), { steps, windowMs, slowestMs, faultBeforeMs }).is;

describe('what a page states', () => {
  it('is equal where it is true now, or was a moment ago', () => {
    expect(of({ nodes: table(after) }, 60_000)).toBe('equal');
    expect(of({ nodes: table(before) }, 10_000)).toBe('equal');
  });

  it('is false where it was true too long ago, or never, and nothing says that it is unknown', () => {
    expect(of({ nodes: table(before) }, 30_000)).toBe('false');
    expect(of({ nodes: table(state(['2', '2', '1'])) }, 10_000)).toBe('false');
    expect(of({ groups: ['Control plane: 3 of 3 readyKubernetes 1, template t-1'] }, 30_000)).toBe('false');
    const steps = [['Roll the control plane', 'running']] as const;
    expect(of({ machines: '0 of 3', steps }, 30_000)).toBe('false');
    // Three were made as asked for, before others were.
    expect(of({ machines: '0 of 3', steps }, 10_000)).toBe('equal');
    expect(of({ machines: '3 of 3', steps }, 10_000)).toBe('false');
  });

  it('is false where its parts were true at different moments', () => {
    expect(
      of({ nodes: table(before), machines: '1 of 3', steps: [['Roll the control plane', 'running']] }, 10_000),
    ).toBe('false');
  });

  it('is false where an age stands still, a count is not that of the steps, or a layer or node is another', () => {
    expect(of({ ages: [['1 min 00 s', now - 60_500]] }, 60_000)).toBe('equal');
    expect(of({ ages: [['50 s', now - 60_500]] }, 60_000)).toBe('false');
    const steps = [['Apply calico', 'done']] as const;
    expect(of({ steps, stepsDone: '1 of 1' }, 10_000)).toBe('equal');
    expect(of({ steps, stepsDone: '0 of 1' }, 10_000)).toBe('false');
    expect(of({ layers: ['cni calico 2'] }, 60_000)).toBe('equal');
    expect(of({ layers: ['cni calico 1'] }, 60_000)).toBe('false');
    expect(of({ notReady: [] }, 60_000)).toBe('equal');
    expect(of({ notReady: ['control-plane-1'] }, 60_000)).toBe('false');
  });

  it('may be unknown since it was true', () => {
    const old = { nodes: table(before), unknown: [['Unknown now', now - 40_000]] as const };
    expect(of(old, 30_000)).toBe('unknown');
    // What was asked then was answered some seconds later.
    const newer = { nodes: table(after), unknown: [['Unknown now', now - 34_000]] as const };
    expect(of(newer, 30_000)).toBe('unknown');
    expect(of({ ...newer, unknown: [['Unknown now', now - 40_000]] }, 30_000)).toBe('false');
    // It was not true any more when it is said to have been.
    expect(of({ ...old, unknown: [['Unknown now', now - 2000]] }, 30_000)).toBe('false');
    expect(of({ ...old, unknown: [['Unknown now', null]] }, 30_000)).toBe('false');
    expect(of({ ...old, unknown: [['Unknown now', now + 60_000]] }, 30_000)).toBe('false');
  });

  it('is false where it is called unknown, and nothing was wrong', () => {
    expect(of({ nodes: table(after), unknown: [['Unknown now', now]] }, 60_000, 90_000)).toBe('false');
  });

  it('is false where a step is called done whose effect is not there', () => {
    expect(of({ steps: [['Apply calico', 'done']] }, 10_000)).toBe('equal');
    expect(of({ steps: [['Apply calico', 'done']] }, -10_000)).toBe('false');
    expect(of({ steps: [['Roll the control plane', 'done']] }, 10_000)).toBe('false');
  });
});
