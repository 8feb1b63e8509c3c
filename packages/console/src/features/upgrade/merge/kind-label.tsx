import { Label } from '@patternfly/react-core';
import { kindWords } from './decision-kinds.ts';
import type { Decision } from './resolutions.ts';

type Color = 'teal' | 'blue' | 'grey' | 'red' | 'purple';

const colors: Readonly<Record<Decision['kind'], Color>> = {
  'kept-custom': 'teal',
  'taken-incoming': 'blue',
  'added-by-site': 'teal',
  'added-by-release': 'blue',
  'removed-by-site': 'teal',
  'removed-by-release': 'blue',
  'same-change': 'grey',
  moved: 'purple',
  conflict: 'red',
};

/** A decision's kind in a word or two: teal is the site's, blue the release's. */
export function KindLabel({ kind }: { kind: Decision['kind'] }) {
  return (
    <Label isCompact color={colors[kind]} className="kind">
      {kindWords[kind]}
    </Label>
  );
}
