import type { ReviewedLayer } from '@sealift/core/api';
import { useLayerTexts, useTextEdit } from '../../../api/review.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { NotSavedNotice } from '../review/not-saved-notice.tsx';
import { LayerNotices } from './layer-notices.tsx';
import { MergePanes } from './merge-panes.tsx';
import type { ShownPlace } from './shown-place.ts';
import { editsOf } from '../edits-of.ts';

interface LayerMergeProps {
  upgradeId: string;
  layer: ReviewedLayer;
  place: ShownPlace | undefined;
}

/** The texts of one layer: three panes that scroll together, and what is to be said of the layer. */
export function LayerMerge({ upgradeId, layer, place }: LayerMergeProps) {
  const texts = useLayerTexts(upgradeId, layer.id);
  const edit = useTextEdit(upgradeId, layer);
  const edits = editsOf(edit.error);
  const { displayName: name } = layer;
  return (
    <section className="layer-detail" aria-label={`Merge of ${name}`}>
      {edit.isError && edits.length === 0 && <ErrorNotice error={edit.error} />}
      {edits.length > 0 && (
        <NotSavedNotice
          notSaved={{ error: edit.error, edits, layer: name, paths: ['the text edited by hand'] }}
          onClose={edit.reset}
        />
      )}
      <LayerNotices upgradeId={upgradeId} layer={layer} isNamed={false} />
      <QueryView query={texts} what={`the texts of ${name}`}>
        {(data) => (
          <MergePanes
            upgradeId={upgradeId}
            layer={layer}
            texts={data}
            place={place}
            onPaste={(text, done) => edit.mutate({ kind: 'paste', text }, { onSuccess: done })}
            busy={edit.isPending}
          />
        )}
      </QueryView>
    </section>
  );
}
