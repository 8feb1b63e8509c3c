import type { NodeImageDecision } from '@sealift/core/upgrade';

/** Whether a new node image is needed: the answer the runbook asks for, computed from the release. */
export function NodeImageFact({ decision }: { decision: NodeImageDecision }) {
  return (
    <p>
      Is a new node image needed? <strong>{decision.needed ? 'Yes' : 'No'}</strong>. {decision.reason}
      {decision.template !== undefined && (
        <>
          {' '}
          Template <code>{decision.template}</code>.
        </>
      )}
    </p>
  );
}
