import { describe, expect, it } from 'vitest';
import { type FrozenUpgrade, freeze } from '../frozen/frozen.ts';
import type { JournalEntry, JournalLine } from '../journal/journal.ts';
import { rollbackOf, wayBack } from '../step/rollback.ts';
import type { PlanStep, StepKind } from '../step/step.ts';
import { rollbackReadiness } from './readiness.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const own = (kind: StepKind, name: string = kind) => ({ id: `0-${name}`, title: name, rollback: rollbackOf[kind] });
const calico = { layer: 'cni', pack: 'calico', version: '2', digest } as const;
const shop = { layer: 'addon', pack: 'shop', version: '1', digest } as const;
const fresh = { layer: 'addon', pack: 'fresh', version: '1', digest } as const;
const nodes = { kubernetes: '1.33.0', template: 'r_new' };
const steps: PlanStep[] = [
  { ...own('lock-console'), kind: 'lock-console' },
  { ...own('backup'), kind: 'backup' },
  { ...own('layer', 'calico'), kind: 'layer', target: calico },
  { ...own('layer', 'shop'), kind: 'layer', target: shop },
  { ...own('layer', 'fresh'), kind: 'layer', target: fresh },
  { ...own('remove-layer', 'legacy'), kind: 'remove-layer', target: { layer: 'addon', pack: 'legacy' } },
  { ...own('workers'), kind: 'workers', target: nodes },
  { ...own('validate'), kind: 'validate' },
];
const text = { values: '', base: digest };

function upgrade(withBefore = true): FrozenUpgrade {
  const ends = { from: '1.0.0', to: '2.0.0' };
  const nodeImage = { needed: false, kubernetesFrom: '1.33.0', kubernetesTo: '1.33.0', reason: 'the same' };
  const plan = { product: 'P', ...ends, nodeImage, hops: [{ ...ends, release: digest, steps }] };
  const former = [
    { ...calico, version: '1', ...text },
    { ...shop, ...text },
    { layer: 'addon', pack: 'legacy', version: '3', digest, ...text } as const,
  ];
  const layers = [calico, shop, fresh].map((one) => ({ ...one, ...text }));
  return freeze(plan, [{ layers }], withBefore ? { before: { release: digest, layers: former } } : {});
}

const direction = 'forward';
let second = 0;
function entry(stepId: string, line: JournalLine): JournalEntry {
  second += 1;
  return { ...line, upgradeId: 'u', stepId, epoch: 1, at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString() };
}
const begun = (id: string) => entry(id, { phase: 'intent', data: { direction, message: 'm', details: {} } });
const takenBack = (id: string) =>
  entry(id, { phase: 'evidence', data: { direction: 'back', message: 'm', details: {} } });
const history = [10, 20].map((ms) => ({ kind: 'layer', size: 1, ms }) as const);
const of = (entries: readonly JournalEntry[], given = upgrade()) =>
  rollbackReadiness({ upgrade: given, entries, history, nodes: { 'control-plane': 1, workers: 1 } });

describe('readiness to go back', () => {
  it('lists what is undone, the last first, then what stays, and says how long it takes', () => {
    const ready = of(['0-lock-console', '0-backup', '0-calico', '0-shop', '0-fresh'].map(begun));
    expect(ready).toMatchObject({ possible: true, shut: null, estimate: { p50Ms: 30, p90Ms: 60, samples: 2 } });
    expect(ready.items.map(({ does, text: said }) => `${does}: ${said}`)).toEqual([
      'undone: fresh 1, which came new, is removed',
      'undone: The former values of shop 1 are applied again',
      'undone: calico goes back from 2 to 1, with its former values',
      'stays: The backup stays',
    ]);
  });

  it('has no time where nothing is known of one of the steps', () => {
    expect(of([begun('0-legacy'), begun('0-calico')]).estimate).toBeNull();
    expect(of([]).estimate).toBeNull();
  });

  it('is gone with the first step that cannot be taken back, and says which and since when', () => {
    const shutting = begun('0-workers');
    const ready = of([begun('0-calico'), shutting]);
    expect(ready).toMatchObject({
      possible: false,
      shut: {
        step: { id: '0-workers', title: 'workers', since: shutting.at },
        reason: expect.stringContaining('workers'),
      },
    });
    expect(ready.shut?.remedy).toMatch(/resume|restore/);
  });

  it('is gone once a layer was begun of which nobody kept what it ran before', () => {
    expect(of([begun('0-backup')], upgrade(false)).possible).toBe(true);
    expect(of([begun('0-calico')], upgrade(false))).toMatchObject({
      possible: false,
      shut: { step: { id: '0-calico' } },
    });
  });

  it('tells on the way back what is done, and what is left to do alone takes time', () => {
    const ready = of([begun('0-calico'), begun('0-shop'), takenBack('0-shop')]);
    expect(ready.items.map(({ id, done }) => [id, done])).toEqual([
      ['0-shop', true],
      ['0-calico', false],
    ]);
    expect(ready.estimate).toMatchObject({ p50Ms: 10 });
  });
});

describe('the way back of a step', () => {
  it('is never promised by its kind against its class', () => {
    expect(wayBack({ kind: 'layer', rollback: 'reversible' })).toBe('undone');
    expect(wayBack({ kind: 'layer', rollback: 'restorable' })).toBe('shut');
    for (const kind of ['layer', 'backup', 'cns'] as const) expect(wayBack({ kind, rollback: 'one-way' })).toBe('shut');
    for (const kind of ['cns', 'cluster-api-providers', 'template'] as const) {
      expect(wayBack({ kind, rollback: rollbackOf[kind] })).toBe('stays');
    }
  });
});
