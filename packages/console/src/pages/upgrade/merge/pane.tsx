import { Title } from '@patternfly/react-core';
import { type ReactNode, useState } from 'react';
import { CodeView } from '../../../components/code-editor.tsx';
import { LockedButton } from '../../../components/locked-button.tsx';
import type { Marks } from './changed-lines.ts';
import { EditedPane } from './edited-pane.tsx';

interface PaneProps {
  title: string;
  /** Which text this is, in few words. */
  about: string;
  text: string;
  marks: Marks;
  goTo: { line: number } | undefined;
  /** Lets the text be edited here and used as the layer's result. */
  edit?: { label: string; onPaste: (text: string, done: () => void) => void; busy: boolean };
}

/** One of the three texts of a merge. */
export function Pane({ title, about, text, marks, goTo, edit }: PaneProps) {
  const [editing, setEditing] = useState<string>();
  if (edit !== undefined && editing !== undefined) {
    return <EditedPane title={title} start={editing} onClose={() => setEditing(undefined)} {...edit} />;
  }
  const action = edit !== undefined && (
    <LockedButton variant="link" size="sm" onClick={() => setEditing(text)} aria-label={`${edit.label}: ${title}`}>
      {edit.label}
    </LockedButton>
  );
  return (
    <PaneFrame title={title} about={about} actions={action}>
      <CodeView text={text} label={`${title}: ${about}`} marks={marks} goTo={goTo} />
    </PaneFrame>
  );
}

interface PaneFrameProps {
  title: string;
  about: string;
  actions: ReactNode;
  children: ReactNode;
}

/** Title, what it is and what can be done with it, above a pane's text. */
export function PaneFrame({ title, about, actions, children }: PaneFrameProps) {
  return (
    <section className="pane" aria-label={title}>
      <header>
        <div className="pane-title">
          <Title headingLevel="h3" size="md">
            {title}
          </Title>
          <span className="quiet" title={about}>
            {about}
          </span>
        </div>
        {actions}
      </header>
      {children}
    </section>
  );
}
