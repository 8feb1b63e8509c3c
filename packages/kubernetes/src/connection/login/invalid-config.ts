import { SealiftError } from '@sealift/core/errors';

/** There is no usable access to a cluster. */
export function invalidConfig(reason: string, cause?: unknown): SealiftError {
  return new SealiftError('KUBERNETES_CONFIG_INVALID', { values: { reason }, cause });
}
