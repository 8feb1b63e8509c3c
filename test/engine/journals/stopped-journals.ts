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
  frozen: z.string(),
  hash: z.string(),
  lines: z.array(z.object({ stepId: z.string(), epoch: z.int(), at: z.string(), data: z.string() })),
  positions: z.array(z.object({ after: z.string(), lines: z.int(), world: worldSchema })),
});
/** The journal of one build, and where it can be stopped. */
export type StoppedJournals = z.infer<typeof schema>;
type Position = StoppedJournals['positions'][number];

/** Each build's, by the names of their files. */
export function stoppedJournals(): [name: string, StoppedJournals][] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json.gz'));
  return names.sort().map((name) => {
    const text = gunzipSync(readFileSync(new URL(name, folder))).toString('utf8');
    return [name, schema.parse(JSON.parse(text))];
  });
}

/** What this build comes to with an upgrade that another one approved, from its beginning. */
export async function undisturbed(journals: StoppedJournals): Promise<string> {
  return await endOf(trialOf(journals));
}

/** What this build comes to with what another one left at a position. */
export async function finished(journals: StoppedJournals, position: Position): Promise<string> {
  const trial = trialOf(journals);
  const entries = journals.lines.slice(0, position.lines).map((line): JournalEntry => {
    const { stepId, epoch, at, data } = line;
    return { ...readLine(data), upgradeId, stepId, epoch, at };
  });
  trial.store.restore(upgradeId, entries);
  await restoreWorld(trial.world, position.world);
  return await endOf(trial);
}

function trialOf({ frozen, hash }: StoppedJournals): Trial {
  const trial = new Trial();
  trial.store.add(upgradeId, readFrozen(frozen), 'ready', hash);
  return trial;
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
async function endOf(trial: Trial): Promise<string> {
  await trial.end();
  const { store, world } = trial;
  const done = [...doneSteps(store.entries)];
  return JSON.stringify([store.state(upgradeId), store.trouble, done, world.effects, seenOf(world)]);
}
