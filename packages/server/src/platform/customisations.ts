import { enabledPresets } from '@sealift/core/merge';
import type { ProfileLayer } from '@sealift/core/profile';
import { mergeThreads } from '../merging/merge-threads.ts';

/** Whether the site changed anything in a layer, and in how many paths. */
export interface Customised {
  readonly customised: boolean;
  readonly customisations: number;
}

/** A layer's texts never change; what was counted of them holds as long as the layer's object is in use. */
const counted = new WeakMap<ProfileLayer, { readonly presets: string; readonly customised: Customised }>();

/**
 * What the site changed in a layer. What a preset changes that the site switched on is no customisation.
 *
 * @param presets the pack's `presets.yaml`, or nothing
 */
export async function customisationsOf(layer: ProfileLayer, presets: string): Promise<Customised> {
  const last = counted.get(layer);
  if (last?.presets === presets) return last.customised;
  const customised = await count(layer, presets);
  counted.set(layer, { presets, customised });
  return customised;
}

async function count({ baseValues: base, currentValues: current }: ProfileLayer, presets: string): Promise<Customised> {
  if (base === current) return { customised: false, customisations: 0 };
  const customisations = await mergeThreads.run('countCustomisations', { base, current, presets });
  // A text that differs by its comments only is the site's own too, unless a comment is how a preset was switched on.
  const onlyPresets = customisations === 0 && enabledPresets(current).length > 0;
  return { customised: !onlyPresets, customisations };
}
