import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { AdoptionProposal } from '@sealift/core/api';

/** What is not as the release is, each with what to do. */
export function DifferenceTable({ differences }: Pick<AdoptionProposal, 'differences'>) {
  return (
    <Table variant="compact" aria-label="Differences" gridBreakPoint="grid-lg">
      <Thead>
        <Tr>
          <Th>Where</Th>
          <Th>Expected</Th>
          <Th>Found</Th>
          <Th>What to do</Th>
        </Tr>
      </Thead>
      <Tbody>
        {differences.map(({ object, expected, found, remedy }) => (
          <Tr key={`${object} ${expected} ${found}`}>
            <Td dataLabel="Where">{object}</Td>
            <Td dataLabel="Expected">{expected}</Td>
            <Td dataLabel="Found">{found}</Td>
            <Td dataLabel="What to do">{remedy}</Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
