import { useWithdrawRequest } from '../../../api/upgrades.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LockedButton } from '../../../components/locked-button.tsx';

/** Takes back that another person was asked to approve. */
export function WithdrawRequest({ id }: { id: string }) {
  const withdraw = useWithdrawRequest(id);
  return (
    <>
      {withdraw.isError && <ErrorNotice error={withdraw.error} />}
      <LockedButton
        variant="link"
        needs="upgrades.confirm"
        onClick={() => withdraw.mutate()}
        isLoading={withdraw.isPending}
        isDisabled={withdraw.isPending}
      >
        Ask nobody
      </LockedButton>
    </>
  );
}
