import { enabledPresets } from '@sealift/core/merge';
import type { ProfileLayer } from '@sealift/core/profile';
import { mergeThreads } from '../merging/merge-threads.ts';

/**
 * What the site changed in a layer. What a preset changes that the site switched on is no customisation.
 *
 * @param presets the pack's `presets.yaml`, or nothing
 */
export async function customisationsOf(
  { baseValues: base, currentValues: current }: ProfileLayer,
  presets: string,
): Promise<{ readonly customised: boolean; readonly customisations: number }> {
  if (base === current) return { customised: false, customisations: 0 };
  const customisations = await mergeThreads.run('countCustomisations', { base, current, presets });
  // A text that differs by its comments only is the site's own too, unless a comment is how a preset was switched on.
  const onlyPresets = customisations === 0 && enabledPresets(current).length > 0;
  return { customised: !onlyPresets, customisations };
}
