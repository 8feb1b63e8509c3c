import type { AvailableUpdate } from '@sealift/core/planner';

/** A newer release in one line: refused with the reason, or with what it needs. */
export function describeUpdate({ version, legal, reason, nodeImage }: AvailableUpdate): string {
  if (!legal) return `${version}  refused: ${reason}`;
  const image = nodeImage.needed ? `needs node image ${nodeImage.ova ?? ''}` : 'keeps the node image';
  return `${version}  ${reason}; ${image}`;
}
