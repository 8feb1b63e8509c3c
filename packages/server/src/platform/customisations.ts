import { isSealiftError } from '@sealift/core/errors';
import { enabledPresets, merge } from '@sealift/core/merge';
import type { ProfileLayer } from '@sealift/core/profile';

/**
 * What the site changed in a layer. What a preset changes that the site switched on is no customisation.
 *
 * @param presets the pack's `presets.yaml`, or nothing
 */
export function customisationsOf(
  { baseValues: base, currentValues: current }: ProfileLayer,
  presets: string,
): { readonly customised: boolean; readonly customisations: number } {
  if (base === current) return { customised: false, customisations: 0 };
  const customisations = changesOf(base, current, presets);
  // A text that differs by its comments only is the site's own too, unless a comment is how a preset was switched on.
  const onlyPresets = customisations === 0 && enabledPresets(current).length > 0;
  return { customised: !onlyPresets, customisations };
}

function changesOf(base: string, current: string, presets: string): number {
  const input = { base, current, incoming: base };
  try {
    return merge({ ...input, presets: { base: presets, incoming: presets } }).decisions.length;
  } catch (error) {
    if (!isSealiftError(error)) throw error;
    // A pack whose presets cannot be read must not hide the profile; its upgrade is refused with the reason.
    return merge(input).decisions.length;
  }
}
