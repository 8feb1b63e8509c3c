import { PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import { stepsOfPlan } from '@sealift/core/upgrade';
import { FailureNotice } from '../../components/error-notice.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { usePart } from '../../components/use-part.ts';
import { ConfirmBar } from './confirm/confirm-bar.tsx';
import { Configuration } from './configuration.tsx';
import { PlanView } from './plan/plan-view.tsx';
import { PreflightView } from './preflight-view.tsx';
import { upgradeSentence, upgradeTitle } from './upgrade-text.ts';
import { useFirstLook } from './use-first-look.ts';

const parts = ['configuration', 'plan', 'preflight'] as const;

/** The preview: what changes in each layer, the plan, the checks, and Confirm at the bottom right. */
export function UpgradePreview({ upgrade }: { upgrade: Upgrade }) {
  const [tab, setTab] = usePart(parts);
  const { plan } = upgrade;
  const isLooking = useFirstLook(upgrade);
  const steps = plan === null ? 0 : stepsOfPlan(plan).length;
  const notPassed = upgrade.preflight.filter(({ outcome }) => outcome !== 'pass').length;
  return (
    <>
      <PageSection isFilled hasBodyWrapper={false} className="filled preview">
        <PageHeading title={upgradeTitle(upgrade)}>
          {upgradeSentence(upgrade)} Nothing is changed before you confirm.
        </PageHeading>
        {upgrade.failure !== null && <FailureNotice {...upgrade.failure} />}
        <Tabs activeKey={tab} onSelect={(_event, key) => setTab(key)} aria-label="Parts of the preview">
          <Tab
            eventKey="configuration"
            title={<TabTitleText>Configuration ({upgrade.layers.length} layers)</TabTitleText>}
          >
            <Configuration upgrade={upgrade} isActive={tab === 'configuration'} />
          </Tab>
          <Tab eventKey="plan" title={<TabTitleText>Plan ({steps} steps)</TabTitleText>}>
            {tab === 'plan' && plan !== null && <PlanView upgrade={upgrade} plan={plan} />}
          </Tab>
          <Tab
            eventKey="preflight"
            title={
              <TabTitleText>
                Preflight ({notPassed === 0 ? 'all passed' : `${notPassed} of ${upgrade.preflight.length} not passed`})
              </TabTitleText>
            }
          >
            <PreflightView upgrade={upgrade} />
          </Tab>
        </Tabs>
      </PageSection>
      <ConfirmBar upgrade={upgrade} isLooking={isLooking} />
    </>
  );
}
