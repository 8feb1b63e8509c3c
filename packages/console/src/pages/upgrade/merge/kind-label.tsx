import { Label } from '@patternfly/react-core';
import type { Decision } from './resolutions.ts';

type Color = 'teal' | 'blue' | 'grey' | 'red' | 'purple';

const looks: Readonly<Record<Decision['kind'], { word: string; color: Color }>> = {
  'kept-custom': { word: 'kept', color: 'teal' },
  'taken-incoming': { word: 'taken', color: 'blue' },
  'added-by-site': { word: 'added by site', color: 'teal' },
  'added-by-release': { word: 'added by release', color: 'blue' },
  'removed-by-site': { word: 'removed by site', color: 'teal' },
  'removed-by-release': { word: 'removed by release', color: 'blue' },
  'same-change': { word: 'same change', color: 'grey' },
  moved: { word: 'moved', color: 'purple' },
  conflict: { word: 'conflict', color: 'red' },
};

/** A decision's kind in a word or two: teal is the site's, blue the release's. */
export function KindLabel({ kind }: { kind: Decision['kind'] }) {
  const { word, color } = looks[kind];
  return (
    <Label isCompact color={color} className="kind">
      {word}
    </Label>
  );
}
