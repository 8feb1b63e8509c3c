import { Button, Card, CardBody, CardTitle, Title } from '@patternfly/react-core';
import { DownloadIcon } from '@patternfly/react-icons';
import type { Upgrade } from '@sealift/core/api';
import { isFinal } from '@sealift/core/upgrade';
import { useMutation } from '@tanstack/react-query';
import { downloadEvidence, useEvidenceKeys } from '../../../api/evidence.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { saveBlob } from '../../../components/save-text.ts';

/** The signed evidence of an upgrade that has ended, to take away, and the fingerprint that it is verified by. */
export function EvidenceCard({ upgrade }: { upgrade: Upgrade }) {
  const download = useMutation({ mutationFn: () => downloadEvidence(upgrade.id) });
  if (!isFinal(upgrade.state) || upgrade.confirmedAt === null) return null;
  return (
    <Card className="outcome">
      <CardTitle>
        <Title headingLevel="h2" size="lg">
          Evidence
        </Title>
      </CardTitle>
      <CardBody>
        <p>One signed file: the plan, who decided and approved what, every step with its times, before and after.</p>
        <SigningKey />
        <Button
          variant="secondary"
          icon={<DownloadIcon />}
          isLoading={download.isPending}
          isDisabled={download.isPending}
          onClick={() =>
            download.mutate(undefined, { onSuccess: (file) => saveBlob(`upgrade-${upgrade.id}.evidence`, file) })
          }
        >
          Download the evidence
        </Button>
        {download.isError && <ErrorNotice error={download.error} />}
      </CardBody>
    </Card>
  );
}

function SigningKey() {
  const keys = useEvidenceKeys();
  return (
    <QueryView query={keys} what="the key that signs evidence">
      {({ keys: [key] }) =>
        key === undefined ? null : (
          <p>
            To verify it elsewhere, compare the fingerprint of the key that signs evidence now:{' '}
            <code>{key.fingerprint}</code>
          </p>
        )
      }
    </QueryView>
  );
}
