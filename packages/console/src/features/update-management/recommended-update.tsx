import { Card, CardBody, CardFooter, CardTitle, Title } from '@patternfly/react-core';
import type { UpdateList } from '@sealift/core/api';
import type { AvailableUpdate } from '@sealift/core/planner';
import { LockedButton } from '../../components/locked-button.tsx';
import { NodeImageFact } from '../../components/node-image-fact.tsx';

interface RecommendedUpdateProps {
  updates: UpdateList;
  update: AvailableUpdate;
  onUpdate: (version: string) => void;
  starting: string | undefined;
}

/** The prompt for the version to go to next. */
export function RecommendedUpdate({ updates, update, onUpdate, starting }: RecommendedUpdateProps) {
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
      </CardBody>
      <CardFooter>
        <LockedButton
          onClick={() => onUpdate(update.version)}
          isLoading={starting === update.version}
          disabledBecause={starting === undefined ? undefined : 'The preview is being prepared'}
          aria-label={`Update to ${update.version}`}
        >
          Update
        </LockedButton>
      </CardFooter>
    </Card>
  );
}
