import { Button } from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import { usePreflight } from '../../api/upgrades.ts';
import { CheckList } from '../../components/check-list.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Moment } from '../../components/moment.tsx';
import { RehearsalView } from './rehearsal/rehearsal-view.tsx';
import { CheckRisk } from './risks/check-risk.tsx';

/** What was found when the site was last looked at, with the way to look again. */
export function PreflightView({ upgrade }: { upgrade: Upgrade }) {
  const preflight = usePreflight(upgrade.id);
  return (
    <div className="tab-body">
      {preflight.isError && <ErrorNotice error={preflight.error} />}
      <p>
        {upgrade.preflightAt === null ? (
          'The site was not looked at yet.'
        ) : (
          <>
            The site was looked at <Moment at={upgrade.preflightAt} />.
          </>
        )}{' '}
        <Button
          variant="secondary"
          size="sm"
          isLoading={preflight.isPending}
          isDisabled={preflight.isPending}
          onClick={() => preflight.mutate()}
        >
          Look again
        </Button>
      </p>
      <RehearsalView upgrade={upgrade} />
      <CheckList
        checks={upgrade.preflight}
        label="Preflight checks"
        renderBelow={(check) => <CheckRisk upgrade={upgrade} check={check} />}
      />
    </div>
  );
}
