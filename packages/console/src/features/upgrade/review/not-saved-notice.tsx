import { AlertActionCloseButton } from '@patternfly/react-core';
import type { LayerEdit } from '@sealift/core/api';
import { ErrorNotice, Notice } from '../../../components/error-notice.tsx';
import { Moment } from '../../../components/moment.tsx';
import { answerWords } from './row-words.ts';
import type { NotSaved } from './use-answers.ts';

interface NotSavedNoticeProps {
  notSaved: NotSaved;
  onClose: () => void;
}

/** Answers that were not saved: who did what in another window meanwhile, or what failed. */
export function NotSavedNotice({ notSaved, onClose }: NotSavedNoticeProps) {
  const { error, paths, edits, layer } = notSaved;
  if (edits.length === 0) {
    return (
      <>
        <ErrorNotice error={error} />
        <p className="quiet">Not saved: {paths.join(', ')}</p>
      </>
    );
  }
  return (
    <Notice
      variant="warning"
      title={`${layer} was edited in another window; this was not saved: ${paths.join(', ')}`}
      actionClose={<AlertActionCloseButton onClose={onClose} />}
    >
      <EditList edits={edits} />
      <p>The newest is shown now. What you typed is kept. Decide again where you still want to.</p>
    </Notice>
  );
}

/** Who did what to a layer, the newest last. */
export function EditList({ edits }: { edits: readonly LayerEdit[] }) {
  return (
    <ul className="edits">
      {edits.map((edit) => (
        <li key={`${edit.at} ${edit.by} ${JSON.stringify(edit.answers)}`}>
          <strong>{edit.by}</strong> {whatWasDone(edit)} <Moment at={edit.at} />
        </li>
      ))}
    </ul>
  );
}

const words = { ...answerWords, 'own value': answerWords.value, 'opened again': 'opened again' } as const;

function whatWasDone({ what, answers }: LayerEdit): string {
  if (what === 'text') return 'put a text edited by hand in its place';
  if (what === 'back-to-merge') return 'went back to the merge';
  return answers.map(({ path, answer }) => `${path}: ${words[answer]}`).join(', ');
}
