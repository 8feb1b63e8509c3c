import { createHash } from 'node:crypto';
import { canonicalJson } from '@sealift/core/canonical-json';
import type { FrozenUpgrade } from '@sealift/core/upgrade';

/** SHA-256 (hex) over the canonical JSON (RFC 8785) of plan and merged values: what a person approves and the engine checks. */
export function hashOfFrozen(upgrade: FrozenUpgrade): string {
  return createHash('sha256').update(canonicalJson(upgrade)).digest('hex');
}

/** SHA-256 (hex) of a layer's values text, as the cluster reports it. */
export function hashOfValues(values: string): string {
  return createHash('sha256').update(values).digest('hex');
}
