import type { ReviewedLayer } from '@sealift/core/api';
import { pathText } from '@sealift/core/merge';
import { useTextEdit } from '../../../api/review.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { PastedNotice } from './pasted-notice.tsx';
import { ProblemsNotice } from './problems-notice.tsx';

interface LayerNoticesProps {
  upgradeId: string;
  layer: ReviewedLayer;
  /** Where several layers are shown. */
  isNamed: boolean;
}

/** What is to be said of a layer as a whole: a text edited by hand, answers of earlier hops, what does not fit its pack, what is not listed. */
export function LayerNotices({ upgradeId, layer, isNamed }: LayerNoticesProps) {
  const edit = useTextEdit(upgradeId, layer);
  const { displayName, pasted, carried, problems, omitted } = layer;
  const about = isNamed ? `${displayName}: ` : '';
  return (
    <>
      {edit.isError && <ErrorNotice error={edit.error} />}
      {pasted !== null && (
        <PastedNotice
          about={about}
          differences={pasted.differences}
          onBackToMerge={() => edit.mutate({ kind: 'back-to-merge' })}
          busy={edit.isPending}
        />
      )}
      {carried.length > 0 && (
        <p className="quiet">
          {about}answered in an earlier hop, and so here: {carried.map((path) => pathText(path)).join(', ')}. Another
          answer can be given here.
        </p>
      )}
      {problems.length > 0 && <ProblemsNotice about={about} problems={problems} />}
      {omitted > 0 && (
        <p className="quiet">
          {about}
          {omitted} more changes, none of them a conflict, are not listed; the texts show them all.
        </p>
      )}
    </>
  );
}
