import { Button } from '@patternfly/react-core';
import { useEffect, useRef, useState } from 'react';
import { CodeInput } from '../../../components/code-editor.tsx';
import { withLineEndsOf } from '../../../components/line-ends.ts';
import type { Draft } from '../use-draft.ts';
import { PaneFrame } from './pane-frame.tsx';
import { useWrapLines } from './use-wrapped-panes.ts';

interface EditedPaneProps {
  id: string;
  title: string;
  /** The text as it is saved; only where editing begins, what the server says meanwhile does not touch what is being written. */
  saved: string;
  /** Dotted paths that the pack's schemas name as passwords. */
  passwords: readonly string[];
  /** Where the cursor stands at first. */
  line: number | undefined;
  /** What is written, until it is saved or given up. */
  draft: Draft;
  onPaste: (text: string, done: () => void) => void;
  onClose: () => void;
  busy: boolean;
}

/** A pane while its text is edited or pasted by hand. */
export function EditedPane(props: EditedPaneProps) {
  const { id, title, saved, passwords, line, draft, onPaste, onClose, busy } = props;
  const [isWrapped] = useWrapLines();
  const [start] = useState(draft.text ?? saved);
  const [startLine] = useState(line);
  const latest = useRef(draft);
  useEffect(() => {
    latest.current = draft;
  });
  const [keep] = useState(() => (text: string) => latest.current.set(text));
  const footer = (
    <footer>
      <Button size="sm" isDisabled={busy} onClick={() => onPaste(withLineEndsOf(saved, draft.text ?? start), onClose)}>
        Use this text
      </Button>
      <Button size="sm" variant="link" onClick={onClose}>
        Cancel
      </Button>
    </footer>
  );
  return (
    <PaneFrame id={id} title={title} about="your text">
      <CodeInput
        start={start}
        line={startLine}
        label={`${title}: your text`}
        onChange={keep}
        passwords={passwords}
        isWrapped={isWrapped}
      />
      {footer}
    </PaneFrame>
  );
}
