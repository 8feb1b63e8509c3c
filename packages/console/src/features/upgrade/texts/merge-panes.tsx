import type { LayerTexts, ReviewedLayer } from '@sealift/core/api';
import { useId, useMemo, useState } from 'react';
import { ScrollGroup } from '../../../components/scroll-group.ts';
import { Splitter } from '../../../components/splitter.tsx';
import { paneMarks } from './changed-lines.ts';
import type { ShownPlace } from './shown-place.ts';
import { Pane } from './pane.tsx';
import { placesOf } from './places.ts';
import { usePaneWidths } from './use-pane-widths.ts';
import { useWrappedPanes } from './use-wrapped-panes.ts';

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
  const { spacers, wrapped, onColumns } = useWrappedPanes(texts);
  const widths = usePaneWidths();
  const [first, second] = widths.places;
  const id = useId();
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
    <div
      className="panes"
      style={{ gridTemplateColumns: [first, second - first, 100 - second].map(columnOf).join(' auto ') }}
    >
      <Pane
        {...common}
        id={`${id}-incoming`}
        title="Incoming changes"
        about={toVersion === null ? 'the release removes this pack' : `defaults of ${toVersion}`}
        shown={texts.incoming}
        marks={marks.incoming}
        spacers={spacers.incoming}
        wrapped={wrapped.incoming}
        onColumns={onColumns.incoming}
        goTo={places?.incoming}
      />
      <Splitter
        label="Width of Incoming changes"
        controls={`${id}-incoming`}
        value={first}
        {...widths.limits[0]}
        onMove={(to) => widths.move(0, to)}
        onReset={widths.reset}
      />
      <Pane
        {...common}
        id={`${id}-merged`}
        title="Merged result"
        about={pasted === null ? 'what will run' : 'what will run, edited by hand'}
        shown={texts.merged}
        marks={marks.merged}
        spacers={spacers.merged}
        wrapped={wrapped.merged}
        onColumns={onColumns.merged}
        goTo={places?.merged}
        {...(canEdit ? { edit: { ...edit, label: 'Edit by hand', isWanted: place?.edit === true } } : {})}
      />
      <Splitter
        label="Width of Merged result"
        controls={`${id}-merged`}
        value={second}
        {...widths.limits[1]}
        onMove={(to) => widths.move(1, to)}
        onReset={widths.reset}
      />
      <Pane
        {...common}
        id={`${id}-current`}
        title="Current configuration"
        about={fromVersion === null ? 'not installed yet' : `what this site runs, ${fromVersion}`}
        shown={texts.current}
        marks={marks.current}
        spacers={spacers.current}
        wrapped={wrapped.current}
        onColumns={onColumns.current}
        goTo={places?.current}
        {...(canEdit ? { edit: { ...edit, label: 'Paste here', isWanted: false } } : {})}
      />
    </div>
  );
}

function columnOf(share: number): string {
  return `minmax(0, ${share.toFixed(1)}fr)`;
}

function isOpenDecision(decision: ReviewedLayer['decisions'][number]): boolean {
  return decision.kind === 'conflict' && decision.resolvedBy === undefined;
}
