import { createHash } from 'node:crypto';
import type { FrozenUpgrade } from '@sealift/core/upgrade';
import { SeededRandom } from '../../setup/random.ts';
import { type Action, type Budget, ModelRun, RuleBroken } from './model-run.ts';

/** What a search found. */
export interface Explored {
  /** Distinct states that were visited. */
  readonly states: number;
  /** Courses of things that were run, each from the first state on. */
  readonly runs: number;
  /** How often an upgrade came to each of its ends. */
  readonly ends: Readonly<Record<string, number>>;
  /** Whether nothing was left to visit. */
  readonly complete: boolean;
}

interface Course {
  readonly action: Action;
  readonly before: Course | null;
}

/**
 * Runs every interleaving of an upgrade within a budget, each state once: depth first, always on to the end without further faults before
 * another choice is tried, so that each state is seen to lead to an end.
 *
 * @param most states to visit; without it all of them
 * @throws RuleBroken with the choices that lead there
 */
export async function explore(
  upgrade: FrozenUpgrade,
  budget: Budget,
  most = Number.POSITIVE_INFINITY,
): Promise<Explored> {
  const visited = new Set<string>();
  const open: (Course | null)[] = [null];
  const ends: Record<string, number> = {};
  const random = new SeededRandom(1);
  let runs = 0;
  while (open.length > 0 && visited.size < most) {
    let course = taken(open, most, random);
    const run = new ModelRun(upgrade, budget);
    const own = new Set<string>();
    runs += 1;
    try {
      for (const action of actionsOf(course)) await run.take(action);
      for (;;) {
        const key = createHash('sha1').update(run.key).digest('base64');
        if (own.has(key)) throw new RuleBroken('it comes back to where it was, and never ends');
        if (visited.has(key)) break;
        visited.add(key);
        own.add(key);
        const { plain, others } = run.choices();
        for (const action of others) open.push({ action, before: course });
        if (plain === null) {
          ends[run.state] = (ends[run.state] ?? 0) + 1;
          break;
        }
        course = { action: plain, before: course };
        await run.take(plain);
      }
    } catch (error) {
      if (!(error instanceof RuleBroken)) throw error;
      const told = actionsOf(course).map((action) => JSON.stringify(action));
      throw new RuleBroken(`${error.message}\nafter ${told.join('\n      ')}`);
    }
  }
  return { states: visited.size, runs, ends, complete: open.length === 0 };
}

/** The last one, which is cheapest; where not all are visited any one, so that a sample is of everything. */
function taken(open: (Course | null)[], most: number, random: SeededRandom): Course | null {
  const last = open.length - 1;
  const index = Number.isFinite(most) ? random.below(open.length) : last;
  const course = open[index] ?? null;
  open[index] = open[last] ?? null;
  open.pop();
  return course;
}

function actionsOf(course: Course | null): Action[] {
  const actions: Action[] = [];
  for (let at = course; at !== null; at = at.before) actions.push(at.action);
  return actions.reverse();
}
