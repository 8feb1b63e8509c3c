import './run.css';
import { PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import { PageHeading } from '../../../components/page-heading.tsx';
import { StateLabel } from '../../../components/state-label.tsx';
import { usePart } from '../../../components/use-part.ts';
import { Configuration } from '../configuration.tsx';
import { upgradeSentence, upgradeTitle } from '../upgrade-text.ts';
import { EvidenceCard } from './evidence-card.tsx';
import { RunCourse } from './run-course.tsx';
import { RunOutcome } from './run-outcome.tsx';

const parts = ['course', 'values'] as const;

/** A confirmed upgrade: how far it is and what it waits for, then how it ended; and what was decided for it, while it runs and ever after. */
export function UpgradeRun({ upgrade }: { upgrade: Upgrade }) {
  const [part, setPart] = usePart(parts);
  const isCourse = part === 'course';
  return (
    <PageSection isFilled={!isCourse} hasBodyWrapper={isCourse} {...(isCourse ? {} : { className: 'filled preview' })}>
      <PageHeading title={upgradeTitle(upgrade)} actions={<StateLabel state={upgrade.state} />}>
        {upgradeSentence(upgrade)}
      </PageHeading>
      <Tabs
        activeKey={part}
        onSelect={(_event, key) => setPart(key)}
        aria-label="Parts of the upgrade"
        className="run-parts"
      >
        <Tab eventKey="course" title={<TabTitleText>Progress</TabTitleText>}>
          {isCourse && (
            <>
              <RunOutcome upgrade={upgrade} />
              <EvidenceCard upgrade={upgrade} />
              <RunCourse upgrade={upgrade} />
            </>
          )}
        </Tab>
        <Tab
          eventKey="values"
          title={<TabTitleText>Decisions and values ({upgrade.layers.length} layers)</TabTitleText>}
        >
          {part === 'values' && <Configuration upgrade={upgrade} isActive />}
        </Tab>
      </Tabs>
    </PageSection>
  );
}
