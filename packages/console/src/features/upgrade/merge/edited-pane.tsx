import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { CodeInput } from '../../../components/code-editor.tsx';
import { PaneFrame } from './pane-frame.tsx';

interface EditedPaneProps {
  title: string;
  /** The text when editing began; what the server says meanwhile does not touch what is being written. */
  start: string;
  /** Dotted paths that the pack's schemas name as passwords. */
  passwords: readonly string[];
  onPaste: (text: string, done: () => void) => void;
  onClose: () => void;
  busy: boolean;
}

/** A pane while its text is edited or pasted by hand. */
export function EditedPane({ title, start, passwords, onPaste, onClose, busy }: EditedPaneProps) {
  const [text, setText] = useState(start);
  const footer = (
    <footer>
      <Button size="sm" isDisabled={busy} onClick={() => onPaste(withLineEndsOf(start, text), onClose)}>
        Use this text
      </Button>
      <Button size="sm" variant="link" onClick={onClose}>
        Cancel
      </Button>
    </footer>
  );
  return (
    <PaneFrame title={title} about="your text">
      <CodeInput start={start} label={`${title}: your text`} onChange={setText} passwords={passwords} />
      {footer}
    </PaneFrame>
  );
}

/** The editor works with line feeds; a text that came with CRLF goes back with CRLF. */
function withLineEndsOf(original: string, edited: string): string {
  return original.includes('\r\n') ? edited.replaceAll(/\r?\n/g, '\r\n') : edited;
}
