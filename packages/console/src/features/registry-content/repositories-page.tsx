import { PageSection } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { Link } from 'react-router';
import { useRepositories } from '../../api/registry-content.ts';
import { PageHeading } from '../../components/page-heading.tsx';
import { ListFrame } from './list-frame.tsx';
import { useListAddress } from './use-list-address.ts';

/** The repositories of a registry, by name. */
export function RepositoriesPage({ registry }: { registry: string }) {
  const address = useListAddress();
  const repositories = useRepositories(registry, address.part);
  return (
    <PageSection className="registry-content">
      <PageHeading title={`Repositories of ${registry}`}>
        <Link to="/administration/registries">Pack Registries</Link>: what this one holds, by the names that it has
        there.
      </PageHeading>
      <ListFrame
        address={address}
        query={repositories}
        what="repositories"
        nothing="Nothing was pushed to this registry yet: run a bundle on the support host."
        countOf={(data) => data.repositories.length}
      >
        {(data) => (
          <Table aria-label={`Repositories of ${registry}`} variant="compact" gridBreakPoint="">
            <Thead>
              <Tr>
                <Th>Repository</Th>
              </Tr>
            </Thead>
            <Tbody>
              {data.repositories.map((repository) => (
                <Tr key={repository}>
                  <Td dataLabel="Repository" modifier="breakWord">
                    <Link to={contentAddress(registry, repository)}>{repository}</Link>
                  </Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        )}
      </ListFrame>
    </PageSection>
  );
}

function contentAddress(registry: string, repository: string): string {
  const query = new URLSearchParams({ repository });
  return `/administration/registries/${encodeURIComponent(registry)}/contents?${query.toString()}`;
}
