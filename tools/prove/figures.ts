import { z } from 'zod';

const toldSchema = z.object({
  points: z.int().nonnegative().default(0),
  equal: z.int().nonnegative().default(0),
  states: z.int().nonnegative().default(0),
});
const mutantsSchema = z.object({ mutants: z.int(), killed: z.int() });

/** The sum of what a proof counted. */
export interface Sum extends z.infer<typeof toldSchema>, z.infer<typeof mutantsSchema> {}

/**
 * Adds up what tests told, a line each, and what the run of the mutants ended with.
 *
 * @param mutants its last line; anything else counts as none
 */
export function sumOf(told: string, mutants: string): Sum {
  const sum = { points: 0, equal: 0, states: 0 };
  for (const line of told.split('\n')) {
    if (line === '') continue;
    const { points, equal, states } = toldSchema.parse(JSON.parse(line));
    sum.points += points;
    sum.equal += equal;
    sum.states += states;
  }
  const counted = mutants.startsWith('{') ? mutantsSchema.parse(JSON.parse(mutants)) : { mutants: 0, killed: 0 };
  return { ...sum, ...counted };
}
