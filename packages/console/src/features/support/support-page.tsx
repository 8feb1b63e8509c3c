import { Button, PageSection } from '@patternfly/react-core';
import { DownloadIcon } from '@patternfly/react-icons';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { SupportContents } from '@sealift/core/api';
import { useSupportBundle, useSupportContents } from '../../api/support.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { saveBlob } from '../../components/save-text.ts';

/** What whoever helps needs to see: listed first, then taken away as one file. */
export function SupportPage() {
  const contents = useSupportContents();
  const bundle = useSupportBundle();
  return (
    <PageSection>
      <PageHeading
        actions={
          <Button
            icon={<DownloadIcon />}
            isLoading={bundle.isPending}
            isDisabled={bundle.isPending}
            onClick={() => bundle.mutate(undefined, { onSuccess: ({ name, content }) => saveBlob(name, content) })}
          >
            Download a support bundle
          </Button>
        }
      >
        Versions, settings, journals, preflights, health and the console’s log in one archive. Secrets in it read ***;
        names and addresses of the site do not. That it was taken is in the audit log.
      </PageHeading>
      {bundle.isError && <ErrorNotice error={bundle.error} />}
      <QueryView query={contents} what="what a support bundle holds">
        {({ files }) => <FileTable files={files} />}
      </QueryView>
    </PageSection>
  );
}

function FileTable({ files }: Pick<SupportContents, 'files'>) {
  return (
    <Table variant="compact" aria-label="Files of a support bundle" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          <Th>File</Th>
          <Th>Tells</Th>
          <Th>Size</Th>
        </Tr>
      </Thead>
      <Tbody>
        {files.map(({ name, about, sizeBytes, isCut, problem }) => (
          <Tr key={name}>
            <Td dataLabel="File" modifier="breakWord">
              <code>{name}</code>
            </Td>
            <Td dataLabel="Tells">{about}</Td>
            <Td dataLabel="Size" modifier="breakWord">
              {problem === null ? `${Math.ceil(sizeBytes / 1024)} KiB${isCut ? ', cut' : ''}` : `Not read: ${problem}`}
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
