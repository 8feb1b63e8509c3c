import { Card, CardBody, CardFooter, CardTitle, Checkbox, Title } from '@patternfly/react-core';
import type { UpdateList } from '@sealift/core/api';
import type { AvailableUpdate } from '@sealift/core/planner';
import { useState } from 'react';
import { LockedButton } from '../../components/locked-button.tsx';
import { NodeImageFact } from '../../components/node-image-fact.tsx';
import { WhatChanges } from './what-changes.tsx';

interface RecommendedUpdateProps {
  updates: UpdateList;
  update: AvailableUpdate;
  onUpdate: (version: string, reversible: boolean) => void;
}

/** The prompt for the version to go to next. */
export function RecommendedUpdate({ updates, update, onUpdate }: RecommendedUpdateProps) {
  const [reversible, setReversible] = useState(false);
  return (
    <Card className="recommended">
      <CardTitle>
        <Title headingLevel="h2" size="lg">
          {updates.product} {update.version} is available
        </Title>
      </CardTitle>
      <CardBody>
        <p>
          {updates.product} {updates.installed} is installed. {update.reason}
        </p>
        <NodeImageFact decision={update.nodeImage} />
        <WhatChanges update={update} />
        {update.reversible && (
          <Checkbox
            id="reversible"
            label="Keep the control plane able to go back until I finalise it"
            description="It serves the Kubernetes of today from new machines first, which are replaced once more when you finalise. Until then, going back is one rollout."
            isChecked={reversible}
            onChange={(_event, checked) => setReversible(checked)}
          />
        )}
      </CardBody>
      <CardFooter>
        <LockedButton
          needs="upgrades.prepare"
          onClick={() => onUpdate(update.version, update.reversible && reversible)}
          aria-label={`Update to ${update.version}`}
        >
          Update
        </LockedButton>
      </CardFooter>
    </Card>
  );
}
