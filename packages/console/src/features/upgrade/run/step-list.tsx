import { Card, CardBody, CardTitle, Label, ProgressStep, ProgressStepper, Title } from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import { pointOfNoReturn, type PlanStep, type StepProgress, stepsOfPlan } from '@sealift/core/upgrade';
import { RollbackLabel } from '../plan/rollback-label.tsx';

const variants = { waiting: 'pending', running: 'info', done: 'success', failed: 'danger' } as const;
const words = { waiting: 'waiting', running: 'running', done: 'done', failed: 'failed' } as const;

/** The steps in order, each with its state, what it does or did and how it can be taken back; before one of them the point of no return. */
export function StepList({ upgrade }: { upgrade: Upgrade }) {
  const planned = upgrade.plan === null ? [] : stepsOfPlan(upgrade.plan);
  const byId = new Map(planned.map((step) => [step.id, step]));
  const last = pointOfNoReturn(planned);
  const lastId = last === undefined ? undefined : planned[last]?.id;
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
            <Step key={step.id} step={step} planned={byId.get(step.id)} isPointOfNoReturn={step.id === lastId} />
          ))}
        </ProgressStepper>
      </CardBody>
    </Card>
  );
}

interface StepProps {
  step: StepProgress;
  planned: PlanStep | undefined;
  isPointOfNoReturn: boolean;
}

function Step({ step, planned, isPointOfNoReturn }: StepProps) {
  const title = planned?.title ?? step.id;
  const percent = step.state === 'running' && step.fraction > 0 ? `${Math.floor(step.fraction * 100)}%: ` : '';
  return (
    <ProgressStep
      id={`step-${step.id}`}
      titleId={`step-title-${step.id}`}
      variant={variants[step.state]}
      isCurrent={step.state === 'running'}
      description={
        <>
          {`${percent}${step.message}`}
          {planned !== undefined && (
            <div>
              <RollbackLabel rollback={planned.rollback} />
              {isPointOfNoReturn && (
                <>
                  {' '}
                  <Label isCompact color="red">
                    Point of no return
                  </Label>
                </>
              )}
            </div>
          )}
        </>
      }
      aria-label={`${title}: ${words[step.state]}`}
    >
      {title}
    </ProgressStep>
  );
}
