import { PageSection } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { TaggedContent } from '@sealift/core/api';
import { Link } from 'react-router';
import { useRepositoryContent } from '../../api/registry-content.ts';
import { Moment } from '../../components/moment.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { sizeText } from '../../components/size-text.ts';
import { ListFrame } from './list-frame.tsx';
import { useListAddress } from './use-list-address.ts';

interface RepositoryPageProps {
  registry: string;
  repository: string;
}

/** The tags of a repository, with what each stands for. */
export function RepositoryPage({ registry, repository }: RepositoryPageProps) {
  const address = useListAddress();
  const content = useRepositoryContent(registry, repository, address.part);
  return (
    <PageSection className="registry-content">
      <PageHeading title={repository}>
        <Link to={`/administration/registries/${encodeURIComponent(registry)}/repositories`}>
          Repositories of {registry}
        </Link>
        : what this one has, by tag.
      </PageHeading>
      <ListFrame
        address={address}
        query={content}
        what="tags"
        nothing="What this repository holds has no tag; it is asked for by its digest."
        countOf={(data) => data.tags.length}
      >
        {(data) => (
          <Table aria-label={`Tags of ${repository}`} variant="compact" gridBreakPoint="grid-lg">
            <Thead>
              <Tr>
                <Th width={20}>Tag</Th>
                <Th>Kind</Th>
                <Th>Size</Th>
                <Th>Pushed</Th>
                <Th width={35}>Digest</Th>
              </Tr>
            </Thead>
            <Tbody>
              {data.tags.map((one) => (
                <TagRow key={one.tag} content={one} repository={repository} />
              ))}
            </Tbody>
          </Table>
        )}
      </ListFrame>
    </PageSection>
  );
}

function TagRow({ content, repository }: { content: TaggedContent; repository: string }) {
  const { tag, digest, problem, size, platforms, pushedAt } = content;
  return (
    <Tr>
      <Td dataLabel="Tag" modifier="breakWord">
        <strong>{tag}</strong>
      </Td>
      <Td dataLabel="Kind" modifier="breakWord">
        <KindOf content={content} repository={repository} />
        {platforms.length > 0 && <p className="quiet">{platforms.join(', ')}</p>}
      </Td>
      <Td dataLabel="Size">{size === null ? <span className="quiet">–</span> : sizeText(size)}</Td>
      <Td dataLabel="Pushed">
        {pushedAt === null ? <span className="quiet">not told</span> : <Moment at={pushedAt} />}
      </Td>
      <Td dataLabel="Digest" modifier="breakWord">
        {digest === null ? <span>{problem}</span> : <code>{digest}</code>}
      </Td>
    </Tr>
  );
}

const kinds: Readonly<Record<TaggedContent['kind'], string>> = {
  image: 'Image',
  index: 'Images of several platforms',
  chart: 'Helm chart',
  pack: 'Pack',
  release: 'Release',
  'pack-release': 'Release of a pack',
  'node-image': 'Node image',
  executable: 'Executable',
  tool: 'Tool',
  artifact: 'Artifact',
  unknown: 'Cannot be read',
};

/** What it is, with the way to where it is used. */
function KindOf({ content: { kind, artifactType }, repository }: { content: TaggedContent; repository: string }) {
  const pack = repository.split('/').at(-1) ?? '';
  if (kind === 'pack') return <Link to={`/administration/packs?q=${encodeURIComponent(pack)}`}>{kinds.pack}</Link>;
  if (kind === 'release') return <Link to="/updates">{kinds.release}</Link>;
  return (
    <>
      {kinds[kind]}
      {artifactType !== null && <p className="quiet">{artifactType}</p>}
    </>
  );
}
