import type { MacroValue } from '@sealift/core/pack';
import type { Helm } from '@sealift/kubernetes/helm';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { ContentPort } from '@sealift/upgrade/ports/content';
import type { ImageRegistry } from '../../settings.ts';
import type { Holder } from './holder.ts';
import type { LayerRecords } from './layer-records.ts';

/** What a site knows that packs refer to. */
export interface SiteFacts {
  /** `.spectro.system.<name>`, beside what the cluster tells itself: `cluster.name`, `cluster.kubevip`. */
  readonly system: Readonly<Record<string, string>>;
  /** `.spectro.var.<name>` */
  readonly variables: Readonly<Record<string, MacroValue>>;
}

/** Where packs come from, and the releases that they are of. */
export type LayerSource = Pick<ContentPort, 'openPack' | 'openRelease' | 'openTool' | 'digestOfImage'>;

/** All that layers are applied and looked at with, for one call. */
export interface LayerTools {
  readonly objects: Objects;
  readonly records: LayerRecords;
  /** Looked for where it is first needed: a site without charts needs no helm. */
  readonly helm: () => Promise<Helm>;
  readonly content: LayerSource;
  readonly holder: Holder;
  /** Looked up where a pack is rendered. */
  readonly facts: () => Promise<SiteFacts>;
  /** Undefined where nodes have a mirror, and images keep their names. */
  readonly imageRegistry: ImageRegistry | undefined;
  readonly cancel: Cancel;
}
