import { canonicalJson } from '@sealift/core/canonical-json';
import { storedLine } from '@sealift/core/upgrade';
import { Trial, upgradeId } from '../faults/trial.ts';

/**
 * Runs a whole upgrade, undisturbed, with the build that this file lies in, and prints its journal with the world as it is after each line and each effect:
 * every position at which it can be stopped. It is put into checkouts of older commits, and uses nothing that those have not.
 */
const positions: unknown[] = [];
const trial = new Trial(async (call, { store, world }) => {
  const answer = await call.proceed();
  if (call.kind === 'look') return answer;
  const { effects, lockedBy, installed, templates, storageIdentity, layers, held, groups, providers, staleVersions } =
    world;
  const seen = { effects, lockedBy, installed, storageIdentity, layers, groups, providers, staleVersions };
  const lists = { templates: [...templates.values()], held: [...held] };
  positions.push(structuredClone({ after: call.name, lines: store.entries.length, world: { ...seen, ...lists } }));
  return answer;
});
await trial.end();
const approved = await trial.store.journal.frozen(upgradeId);
const lines = trial.store.entries.map((entry) => {
  const { stepId, epoch, at } = entry;
  return { stepId, epoch, at, data: storedLine(entry) };
});
process.stdout.write(
  JSON.stringify({ frozen: canonicalJson(approved?.upgrade), hash: approved?.hash, lines, positions }),
);
