import {
  EmptyState,
  EmptyStateBody,
  PageSection,
  Pagination,
  SearchInput,
  Toolbar,
  ToolbarContent,
  ToolbarItem,
} from '@patternfly/react-core';
import type { AuditEntry } from '@sealift/core/api';
import { useState } from 'react';
import { useAudit } from '../../api/audit.ts';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { AuditTable } from './audit-table.tsx';
import { VerifyChain } from './verify-chain.tsx';

/** Who did what and when; each entry is chained to the one before by its hash. */
export function AuditLogPage() {
  const audit = useAudit();
  return (
    <PageSection>
      <PageHeading actions={<VerifyChain />}>
        Every change and every sign-in, newest first. Each entry carries the hash of the one before, so that a changed,
        removed or reordered entry shows.
      </PageHeading>
      <QueryView query={audit} what="the audit log">
        {({ entries, complete }) => (
          <>
            {!complete && <p className="quiet">Older entries are left out here; read them with the API.</p>}
            <AuditEntries entries={entries} />
          </>
        )}
      </QueryView>
    </PageSection>
  );
}

function AuditEntries({ entries }: { entries: readonly AuditEntry[] }) {
  const [filter, setFilter] = useState('');
  const [page, setPage] = useState(1);
  const [perPage, setPerPage] = useState(20);
  const found = entries.filter((entry) => matches(entry, filter.trim().toLowerCase()));
  return (
    <>
      <Toolbar>
        <ToolbarContent>
          <ToolbarItem>
            <SearchInput
              aria-label="Filter by actor, action or subject"
              placeholder="Actor, action or subject"
              value={filter}
              onChange={(_event, value) => {
                setFilter(value);
                setPage(1);
              }}
              onClear={() => setFilter('')}
            />
          </ToolbarItem>
          <ToolbarItem variant="pagination" align={{ default: 'alignEnd' }}>
            <Pagination
              itemCount={found.length}
              page={page}
              perPage={perPage}
              onSetPage={(_event, next) => setPage(next)}
              onPerPageSelect={(_event, next) => setPerPage(next)}
              isCompact
            />
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      {found.length === 0 ? (
        <EmptyState titleText="No entry matches" headingLevel="h2">
          <EmptyStateBody>Shorten the filter, or clear it to see every entry.</EmptyStateBody>
        </EmptyState>
      ) : (
        <AuditTable entries={found.slice((page - 1) * perPage, page * perPage)} />
      )}
    </>
  );
}

function matches(entry: AuditEntry, filter: string): boolean {
  return [entry.actor, entry.action, entry.subject].some((text) => text.toLowerCase().includes(filter));
}
