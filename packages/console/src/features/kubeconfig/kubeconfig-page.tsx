import {
  ActionGroup,
  Button,
  Form,
  FormGroup,
  FormSelect,
  FormSelectOption,
  PageSection,
} from '@patternfly/react-core';
import { type FormEvent, useState } from 'react';
import { useIssueKubeconfig } from '../../api/cluster.ts';
import { ErrorNotice, Notice } from '../../components/error-notice.tsx';
import { Moment } from '../../components/moment.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { saveBlob } from '../../components/save-text.ts';

const hoursToChoose = [1, 8, 24];

/** Hands out a kubeconfig of the enterprise cluster that ends by itself. */
export function KubeconfigPage() {
  const issue = useIssueKubeconfig();
  const [hours, setHours] = useState(8);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    issue.mutate(hours, {
      onSuccess: ({ fileName, kubeconfig }) => saveBlob(fileName, new Blob([kubeconfig], { type: 'application/yaml' })),
    });
  };
  return (
    <PageSection>
      <PageHeading>
        A kubeconfig for kubectl that may do everything in the enterprise cluster, and ends by itself. Who makes one is
        written to the audit log.
      </PageHeading>
      <Form onSubmit={submit} isWidthLimited>
        {issue.isError && <ErrorNotice error={issue.error} />}
        <FormGroup label="It ends after" fieldId="hours">
          <FormSelect id="hours" value={hours} onChange={(_event, value) => setHours(Number(value))}>
            {hoursToChoose.map((one) => (
              <FormSelectOption key={one} value={one} label={one === 1 ? '1 hour' : `${one} hours`} />
            ))}
          </FormSelect>
        </FormGroup>
        <ActionGroup>
          <Button type="submit" isLoading={issue.isPending} isDisabled={issue.isPending}>
            Download
          </Button>
        </ActionGroup>
      </Form>
      {issue.data !== undefined && (
        <Notice title={`A kubeconfig of ${issue.data.server} was made`} variant="success">
          It ends at <Moment at={issue.data.expiresAt} />. To end it before, delete the account that it logs in as:{' '}
          <code>kubectl -n kube-system delete serviceaccount sealift-console-access</code>. That ends every other one,
          too.
        </Notice>
      )}
    </PageSection>
  );
}
