import { Card, CardBody, CardTitle, Title } from '@patternfly/react-core';
import type { Statement } from '@sealift/core/api';
import { StatementLine } from '../../components/statement-line.tsx';

/** The sentences about the platform, each backed by the checks that can be unfolded below it. */
export function StatementsCard({ statements }: { statements: readonly Statement[] }) {
  return (
    <Card isFullHeight>
      <CardTitle>
        <Title headingLevel="h2" size="lg">
          Validation
        </Title>
      </CardTitle>
      <CardBody>
        {statements.length === 0 && <p>No check has run yet; they run by themselves within a minute.</p>}
        {statements.map((statement) => (
          <StatementLine key={statement.text} statement={statement} />
        ))}
      </CardBody>
    </Card>
  );
}
