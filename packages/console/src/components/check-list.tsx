import { Icon } from '@patternfly/react-core';
import {
  CheckCircleIcon,
  ExclamationCircleIcon,
  ExclamationTriangleIcon,
  QuestionCircleIcon,
} from '@patternfly/react-icons';
import type { Check } from '@sealift/core/api';

const looks = {
  pass: { status: 'success', word: 'Passed', Glyph: CheckCircleIcon },
  warn: { status: 'warning', word: 'Warning', Glyph: ExclamationTriangleIcon },
  block: { status: 'danger', word: 'Blocks', Glyph: ExclamationCircleIcon },
  unknown: { status: 'info', word: 'Unknown', Glyph: QuestionCircleIcon },
} as const;

/** Checks with their outcome in a word and a sign, what was seen, and the remedy where there is one. */
export function CheckList({ checks, label }: { checks: readonly Check[]; label: string }) {
  return (
    <ul className="checks" aria-label={label}>
      {checks.map((check) => {
        const { status, word, Glyph } = looks[check.outcome];
        return (
          <li key={check.name}>
            <Icon status={status} isInline>
              <Glyph role="img" aria-label={word} />
            </Icon>
            <div>
              <strong>{check.title}</strong>
              <p className="quiet">{check.detail}</p>
              {check.remedy !== undefined && <p>What to do: {check.remedy}</p>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
