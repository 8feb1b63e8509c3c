import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { ListPart } from '../../api/registry-content.ts';

/** A request per letter would be one too many; browsers refuse to change the address more often than some times a second. */
const quietMs = 250;

/** Which part of a list is shown: in the address, so that it can be sent to somebody and one can go back. */
export function useListAddress() {
  const [params, setParams] = useSearchParams();
  const part: ListPart = { after: params.get('after') ?? '', search: params.get('q') ?? '' };
  const [typed, setTyped] = useState(part.search);
  const [known, setKnown] = useState(part.search);
  // Somebody went back, or followed a link.
  if (known !== part.search) {
    setKnown(part.search);
    setTyped(part.search);
  }
  useEffect(() => {
    if (typed === part.search) return undefined;
    const timer = setTimeout(() => {
      setKnown(typed);
      setParams(
        (now) => {
          const next = new URLSearchParams(now);
          next.delete('after');
          if (typed === '') next.delete('q');
          else next.set('q', typed);
          return next;
        },
        { replace: true, preventScrollReset: true },
      );
    }, quietMs);
    return () => clearTimeout(timer);
  }, [typed, part.search, setParams]);
  return {
    part,
    typed,
    setTyped,
    /** The address of the page behind a name; of the first one for the empty text. */
    addressBehind: (after: string): string => {
      const next = new URLSearchParams(params);
      if (after === '') next.delete('after');
      else next.set('after', after);
      return `?${next.toString()}`;
    },
  };
}
export type ListAddress = ReturnType<typeof useListAddress>;
