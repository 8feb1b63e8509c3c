import { reviewedDecisionSchema } from '@sealift/core/api';
import { type MergePath, pathKey } from '@sealift/core/merge';
import { z } from 'zod';

const decisionsSchema = z.object({ decisions: z.array(reviewedDecisionSchema.pick({ path: true, texts: true })) });

/**
 * Which three texts a conflict is about that can be settled by hunk; undefined where there is none at the path.
 *
 * @param review as of `reviewAnew`
 */
export function textsOfConflict({
  review,
  path,
}: {
  readonly review: Uint8Array;
  readonly path: MergePath;
}): string | undefined {
  const { decisions } = decisionsSchema.parse(JSON.parse(new TextDecoder().decode(review)));
  const key = pathKey(path);
  return decisions.find((one) => one.texts !== undefined && pathKey(one.path) === key)?.texts;
}
