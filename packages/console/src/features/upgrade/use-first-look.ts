import { isAllowed, type Upgrade } from '@sealift/core/api';
import { useEffect, useRef } from 'react';
import { useSession } from '../../api/session.ts';
import { usePreflight } from '../../api/upgrades.ts';

/**
 * Looks at the site for a draft that was not looked at, or for another plan than it has now: at once, and again when what was open is settled. A look
 * that failed is for a person to repeat.
 *
 * @returns whether the site is being looked at
 */
export function useFirstLook({ id, preflightAt, hash }: Upgrade): boolean {
  const { mutate, isPending } = usePreflight(id);
  const { data: session } = useSession();
  const mayLook = session !== undefined && session !== null && isAllowed(session.role, 'upgrades.prepare');
  const lookedFor = useRef<string>(undefined);
  const wanted = hash ?? 'open';
  useEffect(() => {
    if (!mayLook || preflightAt !== null || isPending || lookedFor.current === wanted) return;
    lookedFor.current = wanted;
    mutate();
  }, [mayLook, preflightAt, isPending, wanted, mutate]);
  return isPending;
}
