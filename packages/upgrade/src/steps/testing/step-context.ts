import { sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import type { World } from '@sealift/testkit/upgrade/world';
import type { Ports } from '../../ports/ports.ts';
import { definitionOf } from '../registry.ts';
import type { StepContext } from '../step.ts';

/** What a step of the sample upgrade is given in a world. @param change of its ports */
export function contextOf(id: string, world: World, change: Partial<Ports> = {}): StepContext {
  const upgrade = sampleUpgrade();
  const [hop] = upgrade.plan.hops;
  const step = hop?.steps.find((one) => one.id === id);
  if (hop === undefined || step === undefined) throw new Error(`no step ${id}`);
  return {
    upgradeId: 'u1',
    upgrade,
    hop,
    hopIndex: 0,
    step,
    ports: { ...world.ports(async () => undefined), ...change },
    cancel: new AbortController().signal,
    report: () => undefined,
  };
}

/** Looks whether a step is done. */
export const look = (context: StepContext) => definitionOf(context.step).forward.observe(context);
/** Does what a step has to do. */
export const act = (context: StepContext) => definitionOf(context.step).forward.act(context);
