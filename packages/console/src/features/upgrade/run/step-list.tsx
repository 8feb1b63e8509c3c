import { Card, CardBody, CardTitle, ProgressStep, ProgressStepper, Title } from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import { type StepProgress, stepsOfPlan } from '@sealift/core/upgrade';

const variants = { waiting: 'pending', running: 'info', done: 'success', failed: 'danger' } as const;
const words = { waiting: 'waiting', running: 'running', done: 'done', failed: 'failed' } as const;

/** The steps in order, each with its state and what it does or did. */
export function StepList({ upgrade }: { upgrade: Upgrade }) {
  const titles = new Map((upgrade.plan === null ? [] : stepsOfPlan(upgrade.plan)).map(({ id, title }) => [id, title]));
  return (
    <Card>
      <CardTitle>
        <Title headingLevel="h2" size="lg">
          Steps
        </Title>
      </CardTitle>
      <CardBody>
        <ProgressStepper isVertical isCompact={false} aria-label="Steps of the upgrade">
          {upgrade.steps.map((step) => (
            <Step key={step.id} step={step} title={titles.get(step.id) ?? step.id} />
          ))}
        </ProgressStepper>
      </CardBody>
    </Card>
  );
}

function Step({ step, title }: { step: StepProgress; title: string }) {
  const percent = step.state === 'running' && step.fraction > 0 ? `${Math.floor(step.fraction * 100)}%: ` : '';
  return (
    <ProgressStep
      id={`step-${step.id}`}
      titleId={`step-title-${step.id}`}
      variant={variants[step.state]}
      isCurrent={step.state === 'running'}
      description={`${percent}${step.message}`}
      aria-label={`${title}: ${words[step.state]}`}
    >
      {title}
    </ProgressStep>
  );
}
