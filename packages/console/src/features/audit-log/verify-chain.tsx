import { Button } from '@patternfly/react-core';
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
        <Notice variant="success" title={`The chain is whole: ${verify.data.entries} entries fit each other`} />
      )}
      {verify.data?.valid === false && (
        <Notice variant="danger" title={`The chain breaks at entry ${verify.data.firstBroken}`}>
          What to do: someone changed, removed or reordered entries in the database. Keep a copy of it and compare with
          a backup.
        </Notice>
      )}
    </div>
  );
}
