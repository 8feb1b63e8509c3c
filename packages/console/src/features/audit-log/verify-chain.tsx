import { Button } from '@patternfly/react-core';
import type { AuditVerification } from '@sealift/core/api';
import { useVerifyAudit } from '../../api/audit.ts';
import { ErrorNotice, Notice } from '../../components/error-notice.tsx';

/** Recomputes the log's chain of hashes and says whether it is whole. */
export function VerifyChain() {
  const verify = useVerifyAudit();
  return (
    <div className="page-action">
      <Button
        variant="secondary"
        onClick={() => verify.mutate()}
        isLoading={verify.isPending}
        isDisabled={verify.isPending}
      >
        Verify chain
      </Button>
      {verify.isError && <ErrorNotice error={verify.error} />}
      {verify.data?.valid === true && (
        <Notice variant="success" title={`The chain is whole: ${verify.data.entries} entries fit each other`}>
          {verify.data.checkpoints === 0
            ? 'No checkpoint was signed yet: an end that was cut off would not show.'
            : `It goes through every one of ${verify.data.checkpoints} signed checkpoints.`}
        </Notice>
      )}
      {verify.data?.valid === false && (
        <Notice variant="danger" title={faultOf(verify.data)}>
          What to do: someone changed, removed or reordered entries in the database. Keep a copy of it and compare with
          a backup.
        </Notice>
      )}
    </div>
  );
}

function faultOf({ firstBroken, brokenCheckpoint }: AuditVerification): string {
  if (firstBroken !== null) return `The chain breaks at entry ${firstBroken}`;
  return `The log does not go through the checkpoint of entry ${brokenCheckpoint?.sequence}: ${brokenCheckpoint?.reason}`;
}
