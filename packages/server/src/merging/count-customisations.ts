import { isSealiftError } from '@sealift/core/errors';
import { merge } from '@sealift/core/merge';

export interface CustomisedValues {
  readonly base: string;
  readonly current: string;
  /** The pack's `presets.yaml`, or nothing. */
  readonly presets: string;
}

/** How many paths the site changed. @throws MERGE_* */
export function countCustomisations({ base, current, presets }: CustomisedValues): number {
  const input = { base, current, incoming: base };
  try {
    return merge({ ...input, presets: { base: presets, incoming: presets } }).decisions.length;
  } catch (error) {
    if (!isSealiftError(error)) throw error;
    // A pack whose presets cannot be read must not hide the profile; its upgrade is refused with the reason.
    return merge(input).decisions.length;
  }
}
