import { type FrozenUpgrade, type PlanStep, stepsOfPlan } from '@sealift/core/upgrade';
import type { MemoryStore } from '@sealift/testkit/upgrade/memory-store';
import { sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import { World } from '@sealift/testkit/upgrade/world';

/** The sample upgrade with some of its steps only, by their ids. */
export function smallUpgrade(ids: readonly string[]): FrozenUpgrade {
  const upgrade = sampleUpgrade();
  const steps = upgrade.plan.hops[0]?.steps ?? [];
  steps.splice(0, steps.length, ...steps.filter(({ id }) => ids.includes(id)));
  if (steps.length !== ids.length) throw new Error(`the sample has not all of ${ids.join(', ')}`);
  return upgrade;
}

/** A world in which the small upgrade has everything to do. */
export function smallWorld(): World {
  const world = new World();
  world.templates.set('r_new', { name: 'r_new', sha256: null, kubernetes: '1.26.10', poweredOn: false, marked: true });
  return world;
}

/** What was asked of the world, without how far it is: an effect that changes nothing of it is one too many. */
export function askedOf({ lockedBy, groups, layers, providers, installed, storageIdentity, ...world }: World): string {
  const desired = Object.values(groups).map((group) => [group.desired, group.setup ?? '']);
  const applied = layers.map(({ pack, version, valuesHash }) => `${pack} ${version} ${valuesHash}`).sort();
  const { templates, staleVersions, held, declared } = world;
  const rest = [[...templates.keys()].sort(), staleVersions.length, [...held], providers.digest, installed];
  const done = [...declared].sort();
  return JSON.stringify([lockedBy, desired, applied, rest, done, storageIdentity, world.effects.includes('backup')]);
}

/** All of the world that anybody can see. */
export function seenOf(world: World): string {
  const waits = world.layers.map(({ pack, wait }) => [pack, wait?.what]);
  const updated = Object.values(world.groups).map((group) => group.updated);
  return JSON.stringify([askedOf(world), waits, updated, world.providers.wait?.what]);
}

/** Whether what a step is for holds, looked at past the step's own code. */
export function holds(world: World, step: PlanStep, upgradeId: string): boolean {
  switch (step.kind) {
    case 'lock-console':
      return world.lockedBy === upgradeId;
    case 'unlock-console':
      return world.lockedBy !== upgradeId;
    case 'backup':
      return world.effects.includes('backup');
    case 'control-plane':
    case 'workers': {
      const { desired, updated } = world.groups[step.kind];
      const { kubernetes, template } = step.target;
      return desired.version === kubernetes && desired.template === template && updated === 3;
    }
    case 'layer': {
      const found = world.layers.find(({ pack }) => pack === step.target.pack);
      return found?.version === step.target.version && found.digest === step.target.digest && found.wait === null;
    }
    case 'remove-layer':
      return world.layers.every(({ pack }) => pack !== step.target.pack);
    case 'template':
      return world.templates.get(step.target.template)?.marked === true;
    case 'cns':
      return world.storageIdentity.unique;
    case 'cluster-api-providers':
      return world.providers.digest === step.target.components.digest && world.providers.wait === null;
    case 'stored-versions':
      return world.staleVersions.length === 0;
    case 'own-objects':
      return world.declared.has('own hooks');
    case 'move-stored-version':
      return world.declared.has('move buoys.harbor.example.com out of v1alpha1');
    case 'migrate-claim':
      return world.declared.has('claim files ReadWriteMany');
    case 'set-field':
      return world.declared.has('set .spec.compatibility of main to 6.0');
    case 'wait-for':
      return world.objects.length === 0;
    case 'validate':
      return world.installed === '4.2.13';
    default:
      return false;
  }
}

/** The step of the plan to which a line of the journal belongs. */
export function stepOfId(upgrade: FrozenUpgrade, id: string): PlanStep | undefined {
  return stepsOfPlan(upgrade.plan).find((step) => step.id === id);
}

/** What holds of a store and its world once the upgrade has ended, whatever came between. */
export function troubleOfEnd(
  upgrade: FrozenUpgrade,
  upgradeId: string,
  store: MemoryStore,
  world: World,
): string | null {
  const state = store.state(upgradeId);
  if (world.lockedBy === upgradeId) return `the upgrade is ${String(state)}, and its console stays locked`;
  if (state !== 'succeeded') return null;
  const lacks = stepsOfPlan(upgrade.plan).find(
    (step) => step.kind !== 'lock-console' && !holds(world, step, upgradeId),
  );
  return lacks === undefined ? null : `it succeeded, and ${lacks.id} does not hold`;
}
