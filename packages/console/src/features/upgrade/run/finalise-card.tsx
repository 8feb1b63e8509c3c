import { Button, Card, CardBody, CardFooter, CardTitle, Title } from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import { lifecycle } from '@sealift/core/upgrade';
import { useState } from 'react';
import { FinaliseDialog } from './finalise-dialog.tsx';

/** Where an upgrade stands whose control plane stays able to go back: what a person can do now, and what that means. */
export function FinaliseCard({ upgrade }: { upgrade: Upgrade }) {
  const [asking, setAsking] = useState(false);
  const { finalise, state } = upgrade;
  if (finalise === null || lifecycle[state].goesBack || lifecycle[state].ended) return null;
  const waits = finalise.stage === 'waits' && finalise.by === null;
  return (
    <Card>
      <CardTitle>
        <Title headingLevel="h2" size="lg">
          Finalise
        </Title>
      </CardTitle>
      <CardBody>
        {finalise.by !== null && <p>Finalised by {finalise.by}.</p>}
        {finalise.by === null && !waits && (
          <p>Until you finalise it, the control plane can go back. It can be finalised once all of it is new.</p>
        )}
        {waits && (
          <p>
            The control plane runs the new Kubernetes and still serves the old one. Look at the platform for as long as
            it takes. To go back, pause the upgrade and roll it back.
          </p>
        )}
      </CardBody>
      {waits && (state === 'running' || state === 'paused') && (
        <CardFooter>
          <Button onClick={() => setAsking(true)}>Finalise …</Button>
        </CardFooter>
      )}
      {asking && waits && <FinaliseDialog upgrade={upgrade} onClose={() => setAsking(false)} />}
    </Card>
  );
}
