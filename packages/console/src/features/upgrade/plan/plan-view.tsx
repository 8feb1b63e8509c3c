import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { Upgrade } from '@sealift/core/api';
import { type Plan, type PlanStep, pointOfNoReturn, stepsOfPlan } from '@sealift/core/upgrade';
import { NodeImageFact } from '../../../components/node-image-fact.tsx';
import { OnFailureChoice } from './on-failure-choice.tsx';
import { RollbackLabel } from './rollback-label.tsx';

/** The steps in the order they run, how each can be taken back, the point of no return, and what a failure does. */
export function PlanView({ upgrade, plan }: { upgrade: Upgrade; plan: Plan }) {
  const steps = stepsOfPlan(plan);
  const last = pointOfNoReturn(steps);
  return (
    <div className="tab-body">
      <NodeImageFact decision={plan.nodeImage} />
      <Table variant="compact" aria-label="Plan" gridBreakPoint="">
        <Thead>
          <Tr>
            <Th>Step</Th>
            <Th>What it does</Th>
            <Th>If it must be taken back</Th>
          </Tr>
        </Thead>
        <Tbody>
          {steps.map((step, index) => (
            <StepRows key={step.id} step={step} number={index + 1} isPointOfNoReturn={index === last} />
          ))}
        </Tbody>
      </Table>
      {last === undefined && <p>There is no point of no return: every step can be undone, or does no harm.</p>}
      <OnFailureChoice upgrade={upgrade} />
    </div>
  );
}

function StepRows({ step, number, isPointOfNoReturn }: { step: PlanStep; number: number; isPointOfNoReturn: boolean }) {
  return (
    <>
      {isPointOfNoReturn && (
        <Tr className="no-return">
          <Td colSpan={3}>Point of no return: from here on the upgrade is finished, not taken back</Td>
        </Tr>
      )}
      <Tr>
        <Td>{number}</Td>
        <Td>{step.title}</Td>
        <Td>
          <RollbackLabel rollback={step.rollback} />
        </Td>
      </Tr>
    </>
  );
}
