import { useSearchParams } from 'react-router';

/**
 * Which part of a page is shown, kept in its address, so that it can be sent to somebody and outlives a reload.
 *
 * @param parts of the page; the first is shown where the address names none of them
 */
export function usePart<Part extends string>(
  parts: readonly [Part, ...Part[]],
): [Part, (part: string | number) => void] {
  const [search, setSearch] = useSearchParams();
  const [first] = parts;
  const named = search.get('part');
  const part = parts.find((one) => one === named) ?? first;
  const set = (wanted: string | number): void => {
    const next = new URLSearchParams(search);
    if (wanted === first) next.delete('part');
    else next.set('part', String(wanted));
    setSearch(next, { replace: true, preventScrollReset: true });
  };
  return [part, set];
}
