import type { LayerEdit } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';

/** A change to a layer that is not what its author saw any more, with what others did to it since. */
export class EditedMeanwhile extends SealiftError<'LAYER_EDITED'> {
  /** The newest last. */
  readonly edits: readonly LayerEdit[];

  constructor(layerId: string, edits: readonly LayerEdit[]) {
    const who = [...new Set(edits.map(({ by }) => by))].join(', ') || 'somebody';
    super('LAYER_EDITED', { place: layerId, values: { who } });
    this.edits = edits;
  }
}
