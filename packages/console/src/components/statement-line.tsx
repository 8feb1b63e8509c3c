import { ExpandableSection, Icon } from '@patternfly/react-core';
import { CheckCircleIcon, ExclamationTriangleIcon } from '@patternfly/react-icons';
import type { Statement } from '@sealift/core/api';
import { useState } from 'react';
import { CheckList } from './check-list.tsx';

/** One sentence of the Summary. It is stated only when every check behind it passes; else it says which did not. */
export function StatementLine({ statement }: { statement: Statement }) {
  const [unfolded, setUnfolded] = useState<boolean>();
  const open = unfolded ?? !statement.holds;
  const passed = statement.checks.filter(({ outcome }) => outcome === 'pass').length;
  return (
    <div className="statement">
      <p className="statement-text">
        <Icon status={statement.holds ? 'success' : 'warning'} size="lg">
          {statement.holds ? <CheckCircleIcon /> : <ExclamationTriangleIcon />}
        </Icon>
        {statement.holds ? <span>{statement.text}</span> : <span>Cannot be stated now: “{statement.text}”</span>}
      </p>
      <ExpandableSection
        isIndented
        toggleText={`${passed} of ${statement.checks.length} checks passed`}
        isExpanded={open}
        onToggle={(_event, next) => setUnfolded(next)}
      >
        <CheckList checks={statement.checks} label={`Checks behind: ${statement.text}`} />
      </ExpandableSection>
    </div>
  );
}
