import {
  Button,
  EmptyState,
  EmptyStateBody,
  PageSection,
  Toolbar,
  ToolbarContent,
  ToolbarItem,
} from '@patternfly/react-core';
import { useState } from 'react';
import { auditExportAddress, type AuditSearch, useAudit } from '../../api/audit.ts';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { AuditFilter } from './audit-filter.tsx';
import { AuditTable } from './audit-table.tsx';
import { Checkpoints } from './checkpoints.tsx';
import { VerifyChain } from './verify-chain.tsx';

const everything: AuditSearch = { text: '', actor: '', action: '', from: '', to: '' };

/** Who did what and when; each entry is chained to the one before by its hash. */
export function AuditLogPage() {
  const [search, setSearch] = useState(everything);
  const audit = useAudit(search);
  return (
    <PageSection>
      <PageHeading actions={<VerifyChain />}>
        Every change and every sign-in, newest first. Each entry carries the hash of the one before, so that a changed,
        removed or reordered entry shows.
      </PageHeading>
      <Toolbar>
        <ToolbarContent>
          <AuditFilter search={search} onChange={setSearch} />
          <ToolbarItem align={{ default: 'alignEnd' }}>
            <Button variant="link" component="a" href={auditExportAddress(search)} download>
              Export as CSV
            </Button>
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      <QueryView query={audit} what="the audit log">
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.entries);
          return entries.length === 0 ? <NoEntries /> : <AuditTable entries={entries} />;
        }}
      </QueryView>
      {audit.hasNextPage && (
        <Button
          variant="secondary"
          onClick={() => void audit.fetchNextPage()}
          isLoading={audit.isFetchingNextPage}
          isDisabled={audit.isFetchingNextPage}
        >
          Show older ones
        </Button>
      )}
      <Checkpoints />
    </PageSection>
  );
}

function NoEntries() {
  return (
    <EmptyState titleText="No entry matches" headingLevel="h2">
      <EmptyStateBody>Shorten the filter, or clear it to see every entry.</EmptyStateBody>
    </EmptyState>
  );
}
