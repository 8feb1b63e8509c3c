import { z } from 'zod';

/** One thing at which a site is not as a release is. */
export const siteDifferenceSchema = z.object({
  what: z.enum(['release', 'kubernetes', 'layer', 'values', 'node', 'template', 'provider']),
  expected: z.string(),
  found: z.string(),
  /** Where, such as `Node worker-1` or `layer cni/cni-calico`. */
  object: z.string(),
  remedy: z.string(),
});
export type SiteDifference = z.infer<typeof siteDifferenceSchema>;

/** In one line. */
export function differenceText({ object, expected, found }: SiteDifference): string {
  return `${object}: expected ${expected}, found ${found}`;
}
