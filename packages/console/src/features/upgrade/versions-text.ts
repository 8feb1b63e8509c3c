import type { LayerChange } from '@sealift/core/api';

/** Where a layer's pack goes: `3.25.0 → 3.25.1`. */
export function versionsText({
  fromVersion: from,
  toVersion: to,
}: Pick<LayerChange, 'fromVersion' | 'toVersion'>): string {
  if (from === null) return `new: ${to}`;
  if (to === null) return `${from}, removed`;
  return from === to ? from : `${from} → ${to}`;
}
