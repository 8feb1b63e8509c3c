import type { Upgrade } from '@sealift/core/api';

/** Of several hops, in which one a layer is merged. */
export function hopText({ plan }: Pick<Upgrade, 'plan'>, hop: number): string {
  const hops = plan?.hops ?? [];
  return hops.length < 2 ? '' : `for ${hops[hop]?.to ?? ''}: `;
}
