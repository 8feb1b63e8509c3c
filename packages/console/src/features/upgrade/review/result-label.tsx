import { Label } from '@patternfly/react-core';
import type { ReviewedDecision } from '@sealift/core/api';
import type { ReviewRow } from './review-rows.ts';
import { resultWord } from './row-words.ts';

type Color = 'teal' | 'blue' | 'grey' | 'purple';

const colors: Readonly<Record<Exclude<ReviewedDecision['kind'], 'conflict'>, Color>> = {
  'kept-custom': 'teal',
  'added-by-site': 'teal',
  'removed-by-site': 'teal',
  'same-change': 'grey',
  moved: 'purple',
  'taken-incoming': 'blue',
  'added-by-release': 'blue',
  'removed-by-release': 'blue',
};

/** What becomes of a row in a word or two: teal is the site's, blue the release's, red is open, green was settled. */
export function ResultLabel({ row }: { row: ReviewRow }) {
  const { kind } = row.decision;
  const word = resultWord(row);
  if (kind === 'conflict') {
    return (
      <Label isCompact status={row.isOpen ? 'danger' : 'success'} className="kind">
        {word}
      </Label>
    );
  }
  return (
    <Label isCompact color={colors[kind]} className="kind">
      {word}
    </Label>
  );
}
