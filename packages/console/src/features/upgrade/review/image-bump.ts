import type { ReviewRow } from './review-rows.ts';

const imageKey = /^(?:images?|imageTag|imageVersion|tag|digest)$|(?:Image|ImageTag|ImageVersion)$/;

/** Whether all that a row says is that the release brings another image: such rows are many, and nobody has to read them one by one. */
export function isImageBump({ group, decision }: ReviewRow): boolean {
  if (group !== 'release' || decision.kind !== 'taken-incoming') return false;
  const keys = decision.path.filter((element) => typeof element === 'string');
  const last = keys.at(-1) ?? '';
  if (!imageKey.test(last)) return false;
  // `tag` and `digest` are of images where they stand in one.
  const isPart = last === 'tag' || last === 'digest';
  return !isPart || keys.slice(0, -1).some((key) => /image/i.test(key));
}
