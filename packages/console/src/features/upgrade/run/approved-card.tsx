import {
  Card,
  CardBody,
  CardTitle,
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
  Title,
} from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import type { ReactNode } from 'react';
import { Moment } from '../../../components/moment.tsx';

/** Who approved the upgrade and what exactly, and when it ended. */
export function ApprovedCard({ upgrade }: { upgrade: Upgrade }) {
  const { confirmedBy, confirmedAt, finishedAt, hash } = upgrade;
  return (
    <Card>
      <CardTitle>
        <Title headingLevel="h2" size="lg">
          Approval
        </Title>
      </CardTitle>
      <CardBody>
        <DescriptionList isCompact>
          <Fact term="Confirmed by">
            {confirmedBy}
            {confirmedAt !== null && (
              <>
                , <Moment at={confirmedAt} />
              </>
            )}
          </Fact>
          {finishedAt !== null && (
            <Fact term="Finished">
              <Moment at={finishedAt} />
            </Fact>
          )}
          {hash !== null && (
            <Fact term="Approved plan and values (SHA-256)">
              <code className="hash">{hash}</code>
            </Fact>
          )}
        </DescriptionList>
      </CardBody>
    </Card>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <DescriptionListGroup>
      <DescriptionListTerm>{term}</DescriptionListTerm>
      <DescriptionListDescription>{children}</DescriptionListDescription>
    </DescriptionListGroup>
  );
}
