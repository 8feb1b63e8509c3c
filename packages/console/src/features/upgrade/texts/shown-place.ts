import type { ReviewedLayer } from '@sealift/core/api';

/** A decision whose place is shown, and whether the result is to be edited there. */
export interface ShownPlace {
  readonly decision: ReviewedLayer['decisions'][number];
  readonly edit: boolean;
}
