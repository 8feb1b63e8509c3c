import type { ShownText } from '@sealift/core/api';
import { type ReactNode, useState } from 'react';
import { CodeView } from '../../../components/code-editor.tsx';
import { LockedButton } from '../../../components/locked-button.tsx';
import type { ScrollGroup } from '../../../components/scroll-group.ts';
import { useDraft } from '../use-draft.ts';
import type { Spacers } from './align-panes.ts';
import type { Marks } from './changed-lines.ts';
import { EditedPane } from './edited-pane.tsx';
import { PaneFrame } from './pane-frame.tsx';
import type { Wrapped } from './use-wrapped-panes.ts';

interface PaneProps {
  id: string;
  title: string;
  /** Which text this is, in few words. */
  about: string;
  shown: ShownText;
  marks: Marks;
  /** Blank lines that keep it level with the others. */
  spacers: Spacers;
  /** How its long lines are broken. */
  wrapped: Wrapped | undefined;
  onColumns: (columns: number) => void;
  /** The panes that it scrolls with. */
  scroll: ScrollGroup;
  goTo: { line: number } | undefined;
  /** Dotted paths that the pack's schemas name as passwords. */
  passwords: readonly string[];
  /** Lets the text be edited here and used as the layer's result. */
  edit?: PaneEdit;
}

interface PaneEdit {
  label: string;
  onPaste: (text: string, done: () => void) => void;
  busy: boolean;
  /** What the text is kept as while it is not saved. */
  draft: string;
  /** Whether it is edited at once. */
  isWanted: boolean;
}

/** One of the three texts of a merge. */
export function Pane({ edit, ...pane }: PaneProps) {
  if (edit === undefined) return <ReadPane {...pane} />;
  return <EditablePane {...pane} edit={edit} />;
}

function EditablePane({ edit, ...pane }: PaneProps & { edit: PaneEdit }) {
  const draft = useDraft(`${edit.draft} ${pane.title}`);
  // What was typed and not saved is gone on with.
  const [isEdited, setEdited] = useState(edit.isWanted || draft.text !== undefined);
  if (isEdited) {
    const close = (): void => {
      draft.drop();
      setEdited(false);
    };
    const { id, title, shown, passwords, goTo } = pane;
    const line = goTo?.line;
    return (
      <EditedPane
        id={id}
        title={title}
        saved={shown.text}
        passwords={passwords}
        line={line}
        draft={draft}
        onPaste={edit.onPaste}
        busy={edit.busy}
        onClose={close}
      />
    );
  }
  const { label } = edit;
  const action = (
    <LockedButton variant="link" size="sm" onClick={() => setEdited(true)} aria-label={`${label}: ${pane.title}`}>
      {label}
    </LockedButton>
  );
  return <ReadPane {...pane} action={action} />;
}

function ReadPane({ action, ...pane }: Omit<PaneProps, 'edit'> & { action?: ReactNode }) {
  const { id, title, about, shown, marks, spacers, wrapped, onColumns, scroll, goTo, passwords } = pane;
  return (
    <PaneFrame id={id} title={title} about={about} actions={action}>
      <CodeView
        text={shown.text}
        secrets={shown.secrets}
        label={`${title}: ${about}`}
        marks={marks}
        spacers={spacers}
        wrapped={wrapped}
        onColumns={onColumns}
        scroll={scroll}
        goTo={goTo}
        passwords={passwords}
      />
    </PaneFrame>
  );
}
