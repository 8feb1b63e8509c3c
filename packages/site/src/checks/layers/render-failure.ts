import { isSealiftError, type SealiftError } from '@sealift/core/errors';
import { lacksHelm } from './lacks-helm.ts';

const renderRemedy =
  'Mend what the reason names in the values of the layer, in the merge; where they are as the pack wants them, get a release whose pack renders.';

/**
 * That a pack does not render with its values, which is of the layer.
 *
 * @throws the failure itself where it says nothing of the layer: one that passes by itself, a stop, no helm (a check of its own says so)
 */
export function renderFailure(error: unknown): SealiftError {
  if (!isSealiftError(error) || error.next === 'retry' || isSealiftError(error, 'CANCELLED') || lacksHelm(error)) {
    throw error;
  }
  return error;
}

/** What to do about it. Helm's own hint is for a release that was applied: there is nothing to resume. */
export function renderRemedyOf(failure: SealiftError): string {
  return failure.code === 'HELM_FAILED' ? renderRemedy : failure.hint;
}
