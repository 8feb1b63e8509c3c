import { expect, it } from 'vitest';
import type { Plan, PlanStep } from '../upgrade/index.ts';
import { legText, minorsOf, rehearsalLegs } from './legs.ts';

const common = { id: '0-x', title: '', rollback: 'reversible' } as const;
const nodes = (kubernetes: string) => ({ kubernetes, template: 't' });
const rolled = (kubernetes: string): PlanStep => ({ ...common, kind: 'control-plane', target: nodes(kubernetes) });

function planOf(from: string, ...hops: readonly (readonly PlanStep[])[]): Plan {
  const nodeImage = { needed: true, kubernetesFrom: from, kubernetesTo: from, reason: '' };
  const release = `sha256:${'a'.repeat(64)}`;
  return {
    product: 'p',
    from: '1',
    to: '2',
    nodeImage,
    hops: hops.map((steps) => ({ from: '1', to: '2', release, steps: [...steps] })),
  };
}

it('are none where the control plane stays in its minor', () => {
  expect(rehearsalLegs(planOf('1.36.3', [rolled('1.36.5')], [rolled('1.36.9')]))).toEqual([]);
  expect(rehearsalLegs(planOf('1.36.3', []))).toEqual([]);
});

it('are one for each minor on the way, from what runs then, over all hops', () => {
  const legs = rehearsalLegs(planOf('1.35.1', [rolled('1.36.3')], [rolled('1.36.5'), rolled('1.37.2')]));
  expect(legs.map(legText)).toEqual(['from 1.35.1 to 1.36.3', 'from 1.36.5 to 1.37.2']);
  expect(minorsOf(legs)).toEqual(['1.35', '1.36', '1.37']);
});

it('are the emulation and back from it, then the minor itself, of one that stays able to go back', () => {
  const emulated = { ...nodes('1.37.2'), emulates: '1.36', back: nodes('1.36.3') };
  const legs = rehearsalLegs(
    planOf('1.36.3', [
      { ...common, kind: 'emulated-control-plane', target: emulated },
      { ...common, kind: 'finalise', target: nodes('1.37.2') },
    ]),
  );
  expect(legs.map(legText)).toEqual(['from 1.36.3 to 1.37.2, emulating 1.36, and back', 'from 1.36.3 to 1.37.2']);
  expect(legs.map(({ native, andBack }) => [native, andBack])).toEqual([
    [false, true],
    [true, false],
  ]);
});
