import type { LayerTexts, ReviewedLayer } from '@sealift/core/api';
import { useMemo, useState } from 'react';
import { ScrollGroup } from '../../../components/scroll-group.ts';
import { alignPanes } from './align-panes.ts';
import { paneMarks } from './changed-lines.ts';
import type { ShownPlace } from './shown-place.ts';
import { Pane } from './pane.tsx';
import { placesOf } from './places.ts';

interface MergePanesProps {
  upgradeId: string;
  layer: ReviewedLayer;
  texts: LayerTexts;
  place: ShownPlace | undefined;
  onPaste: (text: string, done: () => void) => void;
  busy: boolean;
}

/**
 * *Incoming changes*, the merged result and *Current configuration* side by side, in the runbook's words: what belongs together stands on one
 * line, and they scroll together.
 */
export function MergePanes({ upgradeId, layer, texts, place, onPaste, busy }: MergePanesProps) {
  const [scroll] = useState(() => new ScrollGroup());
  const { decisions, fromVersion, toVersion, pasted } = layer;
  const open = useMemo(() => (pasted === null ? decisions.filter(isOpenDecision) : []), [decisions, pasted]);
  const marks = useMemo(() => paneMarks(texts, open), [texts, open]);
  const spacers = useMemo(
    () => alignPanes(texts.incoming.text, texts.merged.text, texts.current.text),
    [texts.incoming.text, texts.merged.text, texts.current.text],
  );
  // What needs a person is in view at once.
  const shown = place?.decision ?? open[0];
  const places = useMemo(() => {
    if (shown === undefined) return undefined;
    const { incoming, merged, current } = placesOf(shown, texts, undefined);
    return { incoming: { line: incoming }, merged: { line: merged }, current: { line: current } };
  }, [shown, texts]);
  // A list that stays the same keeps the editors, and where they are scrolled to.
  const declared = JSON.stringify(layer.passwords);
  const passwords = useMemo(() => JSON.parse(declared) as readonly string[], [declared]);
  const common = { passwords, scroll, about: '' };
  const edit = { onPaste, busy, draft: `${upgradeId} text ${layer.id}` };
  const canEdit = toVersion !== null;
  return (
    <div className="panes">
      <Pane
        {...common}
        title="Incoming changes"
        about={toVersion === null ? 'the release removes this pack' : `defaults of ${toVersion}`}
        shown={texts.incoming}
        marks={marks.incoming}
        spacers={spacers.incoming}
        goTo={places?.incoming}
      />
      <Pane
        {...common}
        title="Merged result"
        about={pasted === null ? 'what will run' : 'what will run, edited by hand'}
        shown={texts.merged}
        marks={marks.merged}
        spacers={spacers.merged}
        goTo={places?.merged}
        {...(canEdit ? { edit: { ...edit, label: 'Edit by hand', isWanted: place?.edit === true } } : {})}
      />
      <Pane
        {...common}
        title="Current configuration"
        about={fromVersion === null ? 'not installed yet' : `what this site runs, ${fromVersion}`}
        shown={texts.current}
        marks={marks.current}
        spacers={spacers.current}
        goTo={places?.current}
        {...(canEdit ? { edit: { ...edit, label: 'Paste here', isWanted: false } } : {})}
      />
    </div>
  );
}

function isOpenDecision(decision: ReviewedLayer['decisions'][number]): boolean {
  return decision.kind === 'conflict' && decision.resolvedBy === undefined;
}
