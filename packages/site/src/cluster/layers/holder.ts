import { SealiftError } from '@sealift/core/errors';
import type { LayerAttempt } from './layer-record.ts';

/** Who acts: the engine of one process under the lease of upgrades, whose epoch grows with every take-over. */
export interface Holder {
  readonly id: string;
  readonly epoch: number;
}

/**
 * Whether an attempt is one of nobody any more: of this very engine, which does one thing at a time, or of one whose lease was taken over
 * since. Programs end with the engine that started them.
 */
export function isEnded(attempt: LayerAttempt, holder: Holder): boolean {
  return attempt.epoch < holder.epoch || (attempt.epoch === holder.epoch && attempt.holder === holder.id);
}

/** @throws LEASE_LOST where somebody acts under a newer lease; LAYER_INVALID where another acts under the same */
export function refuseLivingOther(attempt: LayerAttempt, holder: Holder, layer: string): void {
  if (isEnded(attempt, holder)) return;
  if (attempt.epoch > holder.epoch) throw new SealiftError('LEASE_LOST', { values: { epoch: holder.epoch } });
  const reason = `${attempt.holder} works on it since ${attempt.at} under the same lease`;
  throw new SealiftError('LAYER_INVALID', { values: { layer, reason } });
}
