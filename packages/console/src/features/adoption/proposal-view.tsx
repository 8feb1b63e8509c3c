import { Button, Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { AdoptionProposal, ProposedLayer } from '@sealift/core/api';
import { NodeTable } from '../../components/node-table.tsx';
import { type Answers, placeOf } from './answers.ts';

interface ProposalViewProps {
  proposal: AdoptionProposal;
  answers: Answers;
  /** A person wants to give the values of a layer that the site tells otherwise, or not rightly. */
  onGive: (layer: ProposedLayer) => void;
}

/** What was found at the site, part by part: the profile that it would be given. */
export function ProposalView({ proposal, answers, onGive }: ProposalViewProps) {
  const { kubernetes, template, layers, nodes, providers, others } = proposal;
  const strangers = [...others.charts.map((chart) => `Helm release ${chart}`), ...others.applySets];
  return (
    <>
      <p>
        Kubernetes {kubernetes.found}
        {kubernetes.found !== kubernetes.expected && `, where ${kubernetes.expected} is expected`}
        {template !== null && (
          <>
            ; template <code>{template.name}</code>
            {!template.isThere && ', which is not in vCenter'}
          </>
        )}
        {providers.length > 0 &&
          `; Cluster API providers: ${providers.map(({ name, found }) => `${name} ${found ?? 'not found'}`).join(', ')}`}
      </p>
      <Table variant="compact" aria-label="Layers" gridBreakPoint="grid-md">
        <Thead>
          <Tr>
            <Th>Layer</Th>
            <Th>Found</Th>
            <Th>Runs</Th>
            <Th>Values</Th>
            <Th screenReaderText="Actions" />
          </Tr>
        </Thead>
        <Tbody>
          {layers.map((layer) => (
            <Tr key={placeOf(layer)}>
              <Td dataLabel="Layer">
                {placeOf(layer)} {layer.version}
              </Td>
              <Td dataLabel="Found">
                <Label isCompact variant="outline" status={layer.state === 'found' ? 'success' : 'danger'}>
                  {states[layer.state]}
                </Label>
              </Td>
              <Td dataLabel="Runs">{layer.runs ?? 'nothing'}</Td>
              <Td dataLabel="Values">{valuesText(layer)}</Td>
              <Td>
                {!answers.has(placeOf(layer)) && layer.state !== 'absent' && (
                  <Button
                    variant="link"
                    isInline
                    aria-label={`Give its values: ${placeOf(layer)}`}
                    onClick={() => onGive(layer)}
                  >
                    Give its values
                  </Button>
                )}
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
      <NodeTable nodes={nodes} />
      {strangers.length > 0 && <p>Stays as it is, as no part of the release: {strangers.join(', ')}</p>}
    </>
  );
}

const states = { found: 'As released', absent: 'Not there', differs: 'Differs' } as const;
const sources = {
  given: 'as you say',
  record: 'as they were applied',
  helm: 'of its Helm releases',
  cluster: 'as its objects have them',
} as const;

function valuesText({ valuesFrom, customisations }: ProposedLayer): string {
  if (valuesFrom === 'none' || customisations === null) return 'Not known';
  return `${customisations === 0 ? 'The defaults' : `${customisations} customised`}, ${sources[valuesFrom]}`;
}
