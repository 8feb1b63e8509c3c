import { useState } from 'react';
import { CodeView } from '../../../components/code-editor.tsx';
import { LockedButton } from '../../../components/locked-button.tsx';
import type { Marks } from './changed-lines.ts';
import { EditedPane } from './edited-pane.tsx';
import { PaneFrame } from './pane-frame.tsx';

interface PaneProps {
  title: string;
  /** Which text this is, in few words. */
  about: string;
  text: string;
  marks: Marks;
  goTo: { line: number } | undefined;
  /** Dotted paths that the pack's schemas name as passwords. */
  passwords: readonly string[];
  /** Lets the text be edited here and used as the layer's result. */
  edit?: { label: string; onPaste: (text: string, done: () => void) => void; busy: boolean };
}

/** One of the three texts of a merge. */
export function Pane({ title, about, text, marks, goTo, passwords, edit }: PaneProps) {
  const [editing, setEditing] = useState<string>();
  if (edit !== undefined && editing !== undefined) {
    const close = (): void => setEditing(undefined);
    return <EditedPane title={title} start={editing} passwords={passwords} onClose={close} {...edit} />;
  }
  const action = edit !== undefined && (
    <LockedButton variant="link" size="sm" onClick={() => setEditing(text)} aria-label={`${edit.label}: ${title}`}>
      {edit.label}
    </LockedButton>
  );
  return (
    <PaneFrame title={title} about={about} actions={action}>
      <CodeView text={text} label={`${title}: ${about}`} marks={marks} goTo={goTo} passwords={passwords} />
    </PaneFrame>
  );
}
