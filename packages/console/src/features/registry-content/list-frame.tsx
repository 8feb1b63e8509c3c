import { EmptyState, EmptyStateBody, SearchInput, Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { QueryView } from '../../components/query-view.tsx';
import type { ListAddress } from './use-list-address.ts';

interface ListFrameProps<Data> {
  address: ListAddress;
  query: UseQueryResult<Data>;
  /** What is listed, such as `repositories`. */
  what: string;
  /** What is said where there is nothing at all. */
  nothing: string;
  countOf: (data: Data) => number;
  children: (data: Data) => ReactNode;
}

/** A list with a search above it and the way to its other pages below. */
export function ListFrame<Data extends { readonly next: string | null }>(props: ListFrameProps<Data>) {
  const { address, query, what, nothing, countOf, children } = props;
  const { part, typed, setTyped, addressBehind } = address;
  return (
    <>
      <Toolbar>
        <ToolbarContent>
          <ToolbarItem>
            <SearchInput
              aria-label={`Search ${what}`}
              placeholder="A part of the name"
              value={typed}
              onChange={(_event, value) => setTyped(value)}
              onClear={() => setTyped('')}
            />
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      <QueryView query={query} what={`the ${what}`}>
        {(data) => (
          <div aria-busy={query.isPlaceholderData}>
            {countOf(data) > 0 ? (
              children(data)
            ) : (
              <EmptyState titleText={part.search === '' ? `No ${what} here` : `No ${what} match`} headingLevel="h2">
                <EmptyStateBody>
                  {part.search === '' ? nothing : 'Shorten the search, or clear it to see all.'}
                </EmptyStateBody>
              </EmptyState>
            )}
            <nav aria-label={`Pages of ${what}`} className="list-pages">
              {part.after !== '' && <Link to={addressBehind('')}>First page</Link>}
              {data.next !== null && <Link to={addressBehind(data.next)}>Next page</Link>}
            </nav>
            <p className="pf-v6-screen-reader" role="status">
              {query.isPlaceholderData ? '' : `${countOf(data)} ${what} on this page`}
            </p>
          </div>
        )}
      </QueryView>
    </>
  );
}
