import { Grid, GridItem, PageSection } from '@patternfly/react-core';
import { summaryEveryMs, useSummary } from '../../api/platform.ts';
import { PageHeading } from '../../components/page-heading.tsx';
import { lazyPage } from '../../components/lazy-page.ts';
import { QueryView } from '../../components/query-view.tsx';
import { UnknownSince } from '../../components/unknown-since.tsx';
import { NodesCard } from './nodes-card.tsx';

import { StatementsCard } from './statements-card.tsx';
import { VersionCard } from './version-card.tsx';

// It is looked at once in the life of a site.
const NothingInstalled = lazyPage('NothingInstalled', () => import('./nothing-installed.tsx'));

/** The installed version, whether all is well and why, the update at hand, the nodes. */
export function SummaryPage() {
  const summary = useSummary();
  return (
    <PageSection>
      <PageHeading>The platform this console runs and upgrades, at a glance.</PageHeading>
      <QueryView query={summary} what="the summary">
        {(data) =>
          data.version === null ? (
            <NothingInstalled />
          ) : (
            <Grid hasGutter>
              <GridItem span={12}>
                <UnknownSince
                  what="how the platform is"
                  query={summary}
                  everyMs={summaryEveryMs(data)}
                  trueAt={data.askedAt}
                />
              </GridItem>
              <GridItem span={12} lg={7}>
                <StatementsCard statements={data.statements} />
              </GridItem>
              <GridItem span={12} lg={5}>
                <VersionCard summary={data} />
              </GridItem>
              <GridItem span={12}>
                <NodesCard summary={data} askedAt={data.askedAt} />
              </GridItem>
            </Grid>
          )
        }
      </QueryView>
    </PageSection>
  );
}
