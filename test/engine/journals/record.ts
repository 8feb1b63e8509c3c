import { canonicalJson } from '@sealift/core/canonical-json';
import { storedLine } from '@sealift/core/upgrade';
import { patchUpgrade, runBefore } from '@sealift/testkit/upgrade/patch-upgrade';
import { type Call, Trial, upgradeId } from '../faults/trial.ts';

/**
 * Runs a whole upgrade, and a whole way back, with the build that this file lies in, and prints their journals with the world as it is after each line and
 * each effect: every position at which they can be stopped. It is put into checkouts of older commits, and uses nothing that those have not.
 */
function positionOf(after: string, { store, world }: Trial): unknown {
  const { effects, lockedBy, installed, templates, storageIdentity, layers, held, groups, providers, staleVersions } =
    world;
  const seen = { effects, lockedBy, installed, storageIdentity, layers, groups, providers, staleVersions };
  const lists = { templates: [...templates.values()], held: [...held] };
  return structuredClone({ after, lines: store.entries.length, world: { ...seen, ...lists } });
}

function changes({ kind }: Call, before: number, { world }: Trial): boolean {
  return kind !== 'look' || world.effects.length > before;
}

async function told(name: string, { store }: Trial, positions: readonly unknown[]): Promise<unknown> {
  const approved = await store.journal.frozen(upgradeId);
  const lines = store.entries.map((entry) => {
    const { stepId, epoch, at } = entry;
    return { stepId, epoch, at, data: storedLine(entry) };
  });
  return { name, frozen: canonicalJson(approved?.upgrade), hash: approved?.hash, lines, positions };
}

async function upgrade(): Promise<unknown> {
  const positions: unknown[] = [];
  const trial = new Trial(async (call, of) => {
    const before = of.world.effects.length;
    const answer = await call.proceed();
    if (changes(call, before, of)) positions.push(positionOf(call.name, of));
    return answer;
  });
  positions.push(positionOf('confirm', trial));
  await trial.end();
  return await told('upgrade', trial, positions);
}

/** A person pauses it once everything is done, and has it taken back. */
async function rollBack(): Promise<unknown> {
  const positions: unknown[] = [];
  const trial = new Trial(async (call, of) => {
    const before = of.world.effects.length;
    const answer = await call.proceed();
    if (call.name === 'recordInstalled' && positions.length === 0) of.store.byHand(upgradeId, 'pause');
    if (positions.length > 0 && changes(call, before, of)) positions.push(positionOf(call.name, of));
    return answer;
  });
  trial.store.add(upgradeId, patchUpgrade(), 'ready');
  runBefore(trial.world);
  await trial.run();
  trial.store.byHand(upgradeId, 'rollback');
  positions.push(positionOf('rollback', trial));
  await trial.end();
  return await told('roll-back', trial, positions);
}

process.stdout.write(JSON.stringify({ runs: [await upgrade(), await rollBack()] }));
