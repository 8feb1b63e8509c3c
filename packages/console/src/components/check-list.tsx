import { Icon, Label } from '@patternfly/react-core';
import {
  CheckCircleIcon,
  ExclamationCircleIcon,
  ExclamationTriangleIcon,
  QuestionCircleIcon,
} from '@patternfly/react-icons';
import type { Check } from '@sealift/core/check';

const looks = {
  pass: { status: 'success', word: 'Passed', note: '', Glyph: CheckCircleIcon },
  warn: { status: 'warning', word: 'Warning', note: 'not quite: a warning', Glyph: ExclamationTriangleIcon },
  block: { status: 'danger', word: 'Blocks', note: 'not so: this blocks', Glyph: ExclamationCircleIcon },
  unknown: { status: 'info', word: 'Unknown', note: 'not known', Glyph: QuestionCircleIcon },
} as const;

/** Checks with their outcome in a word and a sign, what was seen, and the remedy where there is one. */
export function CheckList({ checks, label }: { checks: readonly Check[]; label: string }) {
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
              {check.remedy !== undefined && <p>What to do: {check.remedy}</p>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
