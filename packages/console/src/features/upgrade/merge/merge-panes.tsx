import type { LayerPreview } from '@sealift/core/api';
import { useMemo } from 'react';
import { paneMarks } from './changed-lines.ts';
import { Pane } from './pane.tsx';
import type { Places } from './places.ts';

interface MergePanesProps {
  preview: LayerPreview;
  places: Places;
  onPaste: (text: string, done: () => void) => void;
  busy: boolean;
}

/** *Incoming changes*, the merged result and *Current configuration* side by side, in the runbook's words. */
export function MergePanes({ preview, places, onPaste, busy }: MergePanesProps) {
  const marks = useMemo(() => paneMarks(preview), [preview]);
  // A list that stays the same keeps the editors, and where they are scrolled to.
  const declared = JSON.stringify(preview.passwords);
  const passwords = useMemo(() => JSON.parse(declared) as readonly string[], [declared]);
  return (
    <div className="panes">
      <Pane
        title="Incoming changes"
        about={preview.toVersion === null ? 'the release removes this pack' : `defaults of ${preview.toVersion}`}
        text={preview.incoming}
        marks={marks.incoming}
        goTo={places.incoming}
        passwords={passwords}
      />
      <Pane
        title="Merged result"
        about={preview.pasted === null ? 'what will run' : 'what will run, edited by hand'}
        text={preview.merged}
        marks={marks.merged}
        goTo={places.merged}
        passwords={passwords}
        edit={{ label: 'Edit by hand', onPaste, busy }}
      />
      <Pane
        title="Current configuration"
        about={preview.fromVersion === null ? 'not installed yet' : `what this site runs, ${preview.fromVersion}`}
        text={preview.current}
        marks={marks.current}
        goTo={places.current}
        passwords={passwords}
        edit={{ label: 'Paste here', onPaste, busy }}
      />
    </div>
  );
}
