import { Icon, Label } from '@patternfly/react-core';
import {
  CheckCircleIcon,
  ExclamationCircleIcon,
  ExclamationTriangleIcon,
  QuestionCircleIcon,
} from '@patternfly/react-icons';
import type { Check, CheckItem } from '@sealift/core/check';
import type { ReactNode } from 'react';

const looks = {
  pass: { status: 'success', word: 'Passed', note: '', Glyph: CheckCircleIcon },
  warn: { status: 'warning', word: 'Warning', note: 'not quite: a warning', Glyph: ExclamationTriangleIcon },
  block: { status: 'danger', word: 'Blocks', note: 'not so: this blocks', Glyph: ExclamationCircleIcon },
  unknown: { status: 'info', word: 'Unknown', note: 'not known', Glyph: QuestionCircleIcon },
} as const;

/** More would push the other checks out of sight. */
const shownAtOnce = 5;

interface CheckListProps {
  checks: readonly Check[];
  label: string;
  /** What else stands below a check. */
  renderBelow?: (check: Check) => ReactNode;
}

/** Checks with their outcome in a word and a sign, what was seen, and the remedy where there is one. */
export function CheckList({ checks, label, renderBelow }: CheckListProps) {
  return (
    <ul className="checks" aria-label={label}>
      {checks.map((check) => {
        const { status, word, note, Glyph } = looks[check.outcome];
        return (
          <li key={check.name}>
            <Icon status={status} isInline>
              <Glyph role="img" aria-label={word} />
            </Icon>
            <div>
              <strong>{check.title}</strong>{' '}
              {check.outcome !== 'pass' && (
                <Label isCompact status={status} variant="outline">
                  {note}
                </Label>
              )}
              <p className="quiet">{check.detail}</p>
              {check.items !== undefined && <CheckItems title={check.title} items={check.items} />}
              {check.remedy !== undefined && <p>What to do: {check.remedy}</p>}
              {renderBelow?.(check)}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

/** What a check found one by one; a long list opens on demand. */
function CheckItems({ title, items }: { title: string; items: readonly CheckItem[] }) {
  return (
    <details open={items.length <= shownAtOnce}>
      <summary>{items.length === 1 ? 'One place' : `${items.length} places`}</summary>
      <ul aria-label={`Found by: ${title}`}>
        {items.map(({ place, text, remedy }, at) => (
          <li key={`${at} ${place}`}>
            <strong>{place}</strong> {text}
            {remedy !== undefined && <p className="quiet">{remedy}</p>}
          </li>
        ))}
      </ul>
    </details>
  );
}
