import { isSealiftError } from '@sealift/core/errors';

/** Whether something failed for want of a helm that can be used: a check of its own says so, and of a layer that says nothing. */
export function lacksHelm(error: unknown): boolean {
  return isSealiftError(error, 'HELM_MISSING') || isSealiftError(error, 'HELM_OTHER');
}
