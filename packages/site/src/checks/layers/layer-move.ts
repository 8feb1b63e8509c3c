import type { DesiredLayer, LayerPlace } from '@sealift/upgrade/ports/cluster';

/** What an upgrade does with one layer. */
export interface LayerMove extends LayerPlace {
  /** As it is recorded to run; undefined for one that is new. */
  readonly now: DesiredLayer | undefined;
  /** As it is to run; undefined where the upgrade leaves it alone or removes it. */
  readonly next: DesiredLayer | undefined;
  readonly doing: 'apply' | 'remove' | 'nothing';
}

/** For a person: `addon/shop`. */
export function moveName({ layer, pack }: LayerPlace): string {
  return `${layer}/${pack}`;
}
