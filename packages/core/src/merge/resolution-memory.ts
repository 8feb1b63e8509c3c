import { z } from 'zod';
import { pathKey } from './path-text.ts';
import { type Decision, mergePathSchema, type Resolution, resolutionSchema } from './types.ts';

const remembered = z.string().nullable();

/** A resolution with the three values (as text) that it settled, to be kept with an upgrade. */
export const rememberedResolutionSchema = z.object({
  path: mergePathSchema,
  resolution: resolutionSchema,
  base: remembered,
  current: remembered,
  incoming: remembered,
});
export type RememberedResolution = z.infer<typeof rememberedResolutionSchema>;

/** A resolution that was given before and fits a conflict that is open now. Nothing is settled until a person takes it. */
export interface OfferedResolution {
  readonly resolution: Resolution;
  /** `same`: the three values are what they were then; `repeated`: the site's value is; `path`: only the path is. */
  readonly match: 'same' | 'repeated' | 'path';
  readonly reason: string;
}

/** What to keep of a merge's resolutions: those that settled a conflict, with the values that they settled. */
export function rememberResolutions(
  decisions: readonly Decision[],
  resolutions: readonly Resolution[],
): readonly RememberedResolution[] {
  const byPath = new Map(resolutions.map((resolution) => [pathKey(resolution.path), resolution]));
  return decisions.flatMap((decision) => {
    const resolution = byPath.get(pathKey(decision.path));
    if (resolution === undefined || decision.resolvedBy === undefined) return [];
    return [{ path: decision.path, resolution, ...sources(decision) }];
  });
}

/** For each open conflict the resolution that was given for its path before, the latest first choice. */
export function offerResolutions(
  conflicts: readonly Decision[],
  memory: readonly RememberedResolution[],
): readonly OfferedResolution[] {
  const byPath = new Map(memory.map((entry) => [pathKey(entry.path), entry]));
  return conflicts.flatMap((conflict): readonly OfferedResolution[] => {
    const entry = byPath.get(pathKey(conflict.path));
    if (entry === undefined) return [];
    const now = sources(conflict);
    if (now.current === entry.current && now.incoming === entry.incoming && now.base === entry.base) {
      return [{ resolution: entry.resolution, match: 'same', reason: 'The same three values were settled so before.' }];
    }
    if (now.current === settledTo(entry)) {
      const reason = 'The site still has the value that this path was settled to before; the release changed its own.';
      return [{ resolution: entry.resolution, match: 'repeated', reason }];
    }
    const reason = 'This path was settled so before, for other values.';
    return [{ resolution: entry.resolution, match: 'path', reason }];
  });
}

function settledTo(entry: RememberedResolution): string | null {
  return 'take' in entry.resolution ? entry[entry.resolution.take] : entry.resolution.value;
}

function sources(decision: Decision): Pick<RememberedResolution, 'base' | 'current' | 'incoming'> {
  return {
    base: decision.base?.source ?? null,
    current: decision.current?.source ?? null,
    incoming: decision.incoming?.source ?? null,
  };
}
