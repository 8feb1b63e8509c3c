import type { Upgrade } from '@sealift/core/api';
import { useEffect, useRef } from 'react';
import { usePreflight } from '../../api/upgrades.ts';

/**
 * Looks at the site for a draft that was not looked at, or for another plan than it has now: at once, and again when what was open is settled. A look
 * that failed is for a person to repeat.
 *
 * @returns whether the site is being looked at
 */
export function useFirstLook({ id, preflightAt, hash }: Upgrade): boolean {
  const { mutate, isPending } = usePreflight(id);
  const lookedFor = useRef<string>(undefined);
  const wanted = hash ?? 'open';
  useEffect(() => {
    if (preflightAt !== null || isPending || lookedFor.current === wanted) return;
    lookedFor.current = wanted;
    mutate();
  }, [preflightAt, isPending, wanted, mutate]);
  return isPending;
}
