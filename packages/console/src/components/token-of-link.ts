import { useEffect } from 'react';

/** The token of a one-time link, behind the `#` of the address. */
export function tokenFromAddress(): string | undefined {
  return new URLSearchParams(window.location.hash.slice(1)).get('token') ?? undefined;
}

/** The token must not stay in the history of a shared machine. */
export function useTokenOutOfHistory(): void {
  useEffect(() => {
    if (window.location.hash !== '') window.history.replaceState(window.history.state, '', window.location.pathname);
  }, []);
}
