import { Grid, GridItem, PageSection } from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import { PageHeading } from '../../../components/page-heading.tsx';
import { StateLabel } from '../../../components/state-label.tsx';
import { EvidenceCard } from './evidence-card.tsx';
import { FinaliseCard } from './finalise-card.tsx';
import { RollbackCard } from './rollback-card.tsx';
import { RunOutcome } from './run-outcome.tsx';
import { RunProgress } from './run-progress.tsx';
import { StepList } from './step-list.tsx';

/** A confirmed upgrade: how far it is and what it waits for, then how it ended. */
export function UpgradeRun({ upgrade }: { upgrade: Upgrade }) {
  return (
    <PageSection>
      <PageHeading title={`${upgrade.product} version update`} actions={<StateLabel state={upgrade.state} />}>
        From {upgrade.from} to {upgrade.to}.
      </PageHeading>
      <RunOutcome upgrade={upgrade} />
      <EvidenceCard upgrade={upgrade} />
      <Grid hasGutter>
        <GridItem span={12} lg={5} order={{ lg: '1' }}>
          <RunProgress upgrade={upgrade} />
          <FinaliseCard upgrade={upgrade} />
          <RollbackCard upgrade={upgrade} />
        </GridItem>
        <GridItem span={12} lg={7}>
          <StepList upgrade={upgrade} />
        </GridItem>
      </Grid>
    </PageSection>
  );
}
