import { Button, Label, Title } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { AdoptionProposal, ProposedLayer } from '@sealift/core/api';
import type { RunsDefaults } from '../../api/adoption.ts';
import { NodeTable } from '../../components/node-table.tsx';

interface AdoptionProposalViewProps {
  proposal: AdoptionProposal;
  /** Layers of which a person has said that they run their packs' defaults. */
  chosen: RunsDefaults;
  /** They say so of these instead. */
  onChoose: (layers: RunsDefaults) => void;
}

/** What was found at the site, part by part, and what differs from the release, each with what to do. */
export function AdoptionProposalView({ proposal, chosen, onChoose }: AdoptionProposalViewProps) {
  const { product, version, kubernetes, template, layers, nodes, providers, differences } = proposal;
  return (
    <>
      <Title headingLevel="h3" size="md">
        Compared with {product} {version}
      </Title>
      {differences.length > 0 && <Differences differences={differences} />}
      <Table variant="compact" aria-label="Layers" gridBreakPoint="grid-md">
        <Thead>
          <Tr>
            <Th>Layer</Th>
            <Th>Found</Th>
            <Th>Runs</Th>
            <Th>Values</Th>
          </Tr>
        </Thead>
        <Tbody>
          {layers.map((layer) => (
            <Tr key={`${layer.layer}-${layer.pack}`}>
              <Td dataLabel="Layer">
                {layer.layer}/{layer.pack} {layer.version}
              </Td>
              <Td dataLabel="Found">
                <Label isCompact variant="outline" status={layer.state === 'found' ? 'success' : 'danger'}>
                  {states[layer.state]}
                </Label>
              </Td>
              <Td dataLabel="Runs">{layer.runs ?? 'nothing'}</Td>
              <Td dataLabel="Values">
                <Values layer={layer} chosen={chosen} onChoose={onChoose} />
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
      <NodeTable nodes={nodes} />
      <p>
        Kubernetes {kubernetes.found}
        {template !== null && `; template ${template.name}${template.isThere ? '' : ', which is not in vCenter'}`}
        {providers.length > 0 &&
          `; Cluster API providers: ${providers.map(({ name, found }) => `${name} ${found ?? 'not found'}`).join(', ')}`}
      </p>
    </>
  );
}

const states = { found: 'As released', absent: 'Not there', differs: 'Differs' } as const;
const sources = {
  given: 'as given',
  record: 'as they were applied',
  helm: 'of its Helm releases',
  cluster: 'as its objects have them',
} as const;

interface ValuesProps extends Pick<AdoptionProposalViewProps, 'chosen' | 'onChoose'> {
  layer: ProposedLayer;
}

function Values({ layer: { layer, pack, valuesFrom, customisations, state }, chosen, onChoose }: ValuesProps) {
  const others = chosen.filter((one) => one.layer !== layer || one.pack !== pack);
  if (others.length < chosen.length) {
    return (
      <>
        The defaults of {pack}, as you say{' '}
        <Button variant="link" isInline onClick={() => onChoose(others)}>
          It does not run these
        </Button>
      </>
    );
  }
  if (valuesFrom === 'none' && state !== 'absent') {
    return (
      <>
        Not known{' '}
        <Button variant="link" isInline onClick={() => onChoose([...chosen, { layer, pack }])}>
          It runs the defaults of {pack}
        </Button>
      </>
    );
  }
  if (valuesFrom === 'none' || customisations === null) return 'Not known';
  return `${customisations} customised, ${sources[valuesFrom]}`;
}

function Differences({ differences }: Pick<AdoptionProposal, 'differences'>) {
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
