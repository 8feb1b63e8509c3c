import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type JournalEntry, readFrozen, readLine, doneSteps } from '@sealift/core/upgrade';
import type { World } from '@sealift/testkit/upgrade/world';
import { z } from 'zod';
import { Trial, upgradeId } from '../faults/trial.ts';
import { seenOf } from '../model/small-plan.ts';

const folder = new URL('./', import.meta.url);
const list = z.array(z.json());
const worldSchema = z.object({
  effects: z.array(z.string()),
  lockedBy: z.string().nullable(),
  installed: z.string(),
  templates: z.array(z.looseObject({ name: z.string() })),
  storageIdentity: z.json(),
  layers: list,
  held: list,
  groups: z.json(),
  providers: z.json(),
  staleVersions: list,
});
const schema = z.object({
  commit: z.string(),
  version: z.string(),
  runs: z.array(
    z.object({
      name: z.string(),
      frozen: z.string(),
      hash: z.string(),
      lines: z.array(z.object({ stepId: z.string(), epoch: z.int(), at: z.string(), data: z.string() })),
      positions: z.array(z.object({ after: z.string(), lines: z.int(), world: worldSchema })),
    }),
  ),
});
/** The journal of one run of one build, and where it can be stopped; the first position is where the run begins. */
type StoppedJournal = z.infer<typeof schema>['runs'][number];
type Position = StoppedJournal['positions'][number];

/** Every run of each build, by the name of the build's file and its own. */
export function stoppedJournals(): [name: string, StoppedJournal][] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json.gz'));
  return names.sort().flatMap((name) => {
    const text = gunzipSync(readFileSync(new URL(name, folder))).toString('utf8');
    return schema.parse(JSON.parse(text)).runs.map((run): [string, StoppedJournal] => [`${name} ${run.name}`, run]);
  });
}

/** What this build comes to with what another one left at a position. */
export async function finished(journal: StoppedJournal, position: Position): Promise<string> {
  const trial = new Trial();
  trial.store.add(upgradeId, readFrozen(journal.frozen), 'ready', journal.hash);
  const entries = journal.lines.slice(0, position.lines).map((line): JournalEntry => {
    const { stepId, epoch, at, data } = line;
    return { ...readLine(data), upgradeId, stepId, epoch, at };
  });
  trial.store.restore(upgradeId, entries);
  await restoreWorld(trial.world, position.world);
  await trial.end();
  return endOf(trial);
}

async function restoreWorld(world: World, { templates, held, ...seen }: Position['world']): Promise<void> {
  if (seen.effects.includes('backup')) {
    await world.ports(() => Promise.resolve()).backup.make(upgradeId, new AbortController().signal);
  }
  const { effects, layers, ...fields } = structuredClone(seen);
  world.effects.splice(0, world.effects.length, ...effects);
  world.layers.splice(0, world.layers.length, ...(layers as unknown as World['layers']));
  Object.assign(world, fields);
  for (const template of templates as unknown as Parameters<World['templates']['set']>[1][]) {
    world.templates.set(template.name, template);
  }
  for (const group of held) world.held.add(group as 'workers');
}

/** The state, what of the plan is done, the world as everybody sees it, and what was done to it, in that order. */
function endOf({ store, world }: Trial): string {
  const done = [...doneSteps(store.entries)];
  return JSON.stringify([store.state(upgradeId), store.trouble, done, world.effects, seenOf(world)]);
}
