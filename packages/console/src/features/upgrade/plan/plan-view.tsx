import { Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { type Plan, type PlanStep, pointOfNoReturn, type RollbackClass, stepsOfPlan } from '@sealift/core/upgrade';
import { NodeImageFact } from '../../../components/node-image-fact.tsx';

const rollbacks: Readonly<Record<RollbackClass, { word: string; color: 'green' | 'yellow' | 'red'; meaning: string }>> =
  {
    reversible: { word: 'Reversible', color: 'green', meaning: 'undone in place' },
    restorable: { word: 'Restorable', color: 'yellow', meaning: 'restored from the backup' },
    'one-way': { word: 'One-way', color: 'red', meaning: 'can’t be taken back' },
  };

/** The steps in the order they run, how each can be taken back, and the point of no return. */
export function PlanView({ plan }: { plan: Plan }) {
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
      {last === undefined && <p>There is no point of no return: every step can be undone or restored.</p>}
    </div>
  );
}

function StepRows({ step, number, isPointOfNoReturn }: { step: PlanStep; number: number; isPointOfNoReturn: boolean }) {
  const { word, color, meaning } = rollbacks[step.rollback];
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
          <Label isCompact color={color}>
            {word}
          </Label>{' '}
          <span className="quiet">{meaning}</span>
        </Td>
      </Tr>
    </>
  );
}
