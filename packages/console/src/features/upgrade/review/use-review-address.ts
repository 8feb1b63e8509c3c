import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { RowFilter } from './search-rows.ts';

/** Browsers refuse to change the address more often than some times a second. */
const quietMs = 250;

interface ReviewAddress {
  readonly filter: RowFilter;
  /** The row that one is at. */
  readonly row: string | undefined;
  /** The layer whose texts are shown in the place of the review. */
  readonly texts: string | undefined;
  /** The layer whose manifests are. */
  readonly manifests: string | undefined;
}

export type ReviewAddressState = ReturnType<typeof useReviewAddress>;

/** Keeps filter, row and view in the address, so that it can be sent to somebody and outlives a sign-in. */
export function useReviewAddress() {
  const [search, setSearch] = useSearchParams();
  const [address, setAddress] = useState<ReviewAddress>(() => ({
    filter: { layer: search.get('layer') ?? undefined, search: search.get('q') ?? '' },
    row: search.get('row') ?? undefined,
    texts: search.get('texts') ?? undefined,
    manifests: search.get('manifests') ?? undefined,
  }));
  useEffect(() => {
    const timer = setTimeout(() => {
      const next = new URLSearchParams(search);
      const { filter, row, texts, manifests } = address;
      const told = { q: filter.search, layer: filter.layer, row, texts, manifests };
      for (const [name, value] of Object.entries(told)) {
        if (value === undefined || value === '') next.delete(name);
        else next.set(name, value);
      }
      if (next.toString() !== search.toString()) setSearch(next, { replace: true, preventScrollReset: true });
    }, quietMs);
    return () => clearTimeout(timer);
  }, [address, search, setSearch]);
  return {
    ...address,
    setFilter: (filter: RowFilter): void => setAddress((now) => ({ ...now, filter, row: undefined })),
    setRow: (row: string): void => setAddress((now) => (now.row === row ? now : { ...now, row })),
    setTexts: (texts: string | undefined): void => setAddress((now) => ({ ...now, texts, manifests: undefined })),
    setManifests: (manifests: string): void => setAddress((now) => ({ ...now, texts: undefined, manifests })),
  };
}
