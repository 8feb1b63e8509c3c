import type { LayerChange, LayerPreview } from '@sealift/core/api';
import { pathText } from '@sealift/core/merge';
import { useState } from 'react';
import { useLayerEdit, useLayerPreview } from '../../../api/upgrades.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { DecisionList } from './decision-list.tsx';
import { MergePanes } from './merge-panes.tsx';
import { PastedNotice } from './pasted-notice.tsx';
import { type Places, placesOf } from './places.ts';
import { ProblemsNotice } from './problems-notice.tsx';
import { withoutPath } from './resolutions.ts';

interface LayerMergeProps {
  upgradeId: string;
  layer: LayerChange;
}

/** The merge of one layer: three panes, and below them every decision with its reason. */
export function LayerMerge({ upgradeId, layer }: LayerMergeProps) {
  const preview = useLayerPreview(upgradeId, layer.id);
  return (
    <section className="layer-detail" aria-label={`Merge of ${layer.displayName}`}>
      <QueryView query={preview} what={`the merge of ${layer.displayName}`}>
        {(data) => <LoadedMerge upgradeId={upgradeId} preview={data} />}
      </QueryView>
    </section>
  );
}

/** What needs a person is in view at once. */
function firstOpenConflict(preview: LayerPreview): Places {
  const [first] = preview.conflicts;
  return first === undefined ? {} : placesOf(first, preview);
}

function LoadedMerge({ upgradeId, preview }: { upgradeId: string; preview: LayerPreview }) {
  const edit = useLayerEdit(upgradeId, preview.id);
  const [places, setPlaces] = useState<Places>(() => firstOpenConflict(preview));
  return (
    <>
      {edit.isError && <ErrorNotice error={edit.error} />}
      {preview.pasted !== null && (
        <PastedNotice
          differences={preview.pasted.differences}
          onBackToMerge={() => edit.mutate({ kind: 'back-to-merge' })}
          busy={edit.isPending}
        />
      )}
      {preview.carried.length > 0 && (
        <p>
          Answered in an earlier hop, and so here: {preview.carried.map(({ path }) => pathText(path)).join(', ')}.
          Another answer can be given below.
        </p>
      )}
      {preview.problems.length > 0 && <ProblemsNotice problems={preview.problems} />}
      <MergePanes
        preview={preview}
        places={places}
        onPaste={(text, done) => edit.mutate({ kind: 'paste', text }, { onSuccess: done })}
        busy={edit.isPending}
      />
      <DecisionList
        preview={preview}
        busy={edit.isPending}
        onShow={(decision) => setPlaces(placesOf(decision, preview))}
        onResolve={(path, resolution) => {
          const others = withoutPath(preview.resolutions, path);
          edit.mutate({ kind: 'resolve', resolutions: resolution === null ? others : [...others, resolution] });
        }}
      />
    </>
  );
}
