import { EmptyState, EmptyStateBody, Label, PageSection } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { type Certificate, type CertificateList, certificateStates } from '@sealift/core/api';
import { useCertificates } from '../../api/certificates.ts';
import { Notice } from '../../components/error-notice.tsx';
import { Moment } from '../../components/moment.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';

const tones = { valid: 'success', 'ends-soon': 'warning', ended: 'danger', 'not-yet': 'danger' } as const;

/** What the console is served with, and whom it trusts by its settings. */
export function CertificatesPage() {
  const certificates = useCertificates();
  return (
    <PageSection>
      <PageHeading>
        What console and registry are served with, as their address presents it now, and the CAs in the settings. The
        first is replaced at the proxy that ends TLS, the others with their settings; nothing has to be started again.
      </PageHeading>
      <QueryView query={certificates} what="the certificates">
        {(list) => <Content list={list} />}
      </QueryView>
    </PageSection>
  );
}

function Content({ list: { consoleUrl, certificates, problems } }: { list: CertificateList }) {
  return (
    <>
      {consoleUrl === null && (
        <Notice variant="info" title="It is not known what the console is served with">
          Nobody has said how people reach it over TLS. A Root sets the address of this console under SMTP and Webhooks,
          Where webhooks may go.
        </Notice>
      )}
      {problems.map(({ where, reason }) => (
        <Notice key={where} variant="warning" title={`Not looked at: ${where}`}>
          {reason}
        </Notice>
      ))}
      {certificates.length > 0 ? <CertificateTable certificates={certificates} /> : problems.length === 0 && <None />}
    </>
  );
}

function None() {
  return (
    <EmptyState titleText="No certificate is known" headingLevel="h2">
      <EmptyStateBody>Settings hold no CA of their own: what the machine trusts holds.</EmptyStateBody>
    </EmptyState>
  );
}

function CertificateTable({ certificates }: { certificates: readonly Certificate[] }) {
  return (
    <Table variant="compact" aria-label="Certificates" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          <Th>Where</Th>
          <Th>Subject and issuer</Th>
          <Th>Names</Th>
          <Th>Until</Th>
        </Tr>
      </Thead>
      <Tbody>
        {certificates.map((one) => (
          <Tr key={`${one.where} ${one.fingerprint}`}>
            <Td dataLabel="Where" modifier="breakWord">
              {one.where} <span className="quiet">{one.use === 'served' ? 'served' : 'trusted as CA'}</span>
            </Td>
            <Td dataLabel="Subject and issuer" modifier="breakWord">
              {one.subject}
              <div className="quiet">issued by {one.issuer}</div>
            </Td>
            <Td dataLabel="Names" modifier="breakWord">
              {one.names.join(', ') || 'None'}
            </Td>
            <Td dataLabel="Until">
              <Moment at={one.validTo} />{' '}
              <Label isCompact status={tones[one.state]}>
                {certificateStates[one.state]}
              </Label>
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
