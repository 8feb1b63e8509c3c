import { canonicalJson } from '@sealift/core/canonical-json';
import { type Decision, mergePathSchema, type Resolution } from '@sealift/core/merge';
import { z } from 'zod';
import { storedJson } from '../store/stored-json.ts';
import type { UpgradeLayerRow } from '../store/tables/upgrades.ts';

/** How the question of a path was answered in an earlier hop of the same upgrade. */
const carriedAnswerSchema = z.object({
  path: mergePathSchema,
  /** The site's value, whatever it is by then, or the release's. */
  take: z.enum(['current', 'incoming']),
  /** Whether the release had a value there: whether it changes or takes away what the site has is not the same question. */
  released: z.boolean(),
});
type CarriedAnswer = z.infer<typeof carriedAnswerSchema>;

/** A layer of a hop, as the hop before leaves it. */
export interface LinkedRow extends UpgradeLayerRow {
  /** Answers of earlier hops as JSON; missing in the first. */
  readonly carried?: string;
}

/** The answers of earlier hops that fit conflicts which are open. */
export function carriedFor(row: LinkedRow, conflicts: readonly Decision[]): readonly Resolution[] {
  const answers = answersOf(row);
  return conflicts.flatMap(({ path, incoming }) => {
    const answer = answers.get(canonicalJson(path));
    return answer?.released === (incoming !== undefined) ? [{ path, take: answer.take }] : [];
  });
}

/**
 * What later hops need of the answers so far, as JSON. A question that is still open is asked in this hop and nowhere else: until it is
 * answered the site's value goes on.
 */
export function handOn(row: LinkedRow, decisions: readonly Decision[], resolutions: readonly Resolution[]): string {
  const answers = answersOf(row);
  const given = new Map(resolutions.map((resolution) => [canonicalJson(resolution.path), resolution]));
  for (const { path, kind, resolvedBy, incoming } of decisions) {
    const key = canonicalJson(path);
    const resolution = given.get(key);
    const isOpen = kind === 'conflict' && resolvedBy === undefined;
    if (resolution === undefined && !isOpen) continue;
    const isReleases = resolution !== undefined && 'take' in resolution && resolution.take === 'incoming';
    answers.set(key, { path, take: isReleases ? 'incoming' : 'current', released: incoming !== undefined });
  }
  return JSON.stringify([...answers.values()]);
}

function answersOf({ carried = '[]' }: LinkedRow): Map<string, CarriedAnswer> {
  const answers = storedJson('the answers of an earlier hop', carried, z.array(carriedAnswerSchema));
  return new Map(answers.map((answer) => [canonicalJson(answer.path), answer]));
}
