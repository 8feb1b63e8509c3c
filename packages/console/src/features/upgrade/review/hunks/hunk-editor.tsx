import { Button, TextArea } from '@patternfly/react-core';
import { useEffect, useRef } from 'react';
import { useDraft } from '../../use-draft.ts';

interface HunkEditorProps {
  /** What it begins with. */
  start: string;
  /** What the lines are for, the same wherever they are asked. */
  about: string;
  label: string;
  onUse: (typed: string) => void;
  onClose: () => void;
}

/** Lines of one's own in a hunk's place. What was typed stays until it is used. */
export function HunkEditor({ start, about, label, onUse, onClose }: HunkEditorProps) {
  const draft = useDraft(about);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const text = draft.text ?? start;
  return (
    <form
      className="hunk-editor"
      onSubmit={(event) => {
        event.preventDefault();
        draft.drop();
        onUse(text);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <TextArea
        ref={field}
        value={text}
        onChange={(_event, next) => draft.set(next)}
        aria-label={label}
        rows={Math.min(12, Math.max(3, text.split('\n').length + 1))}
        resizeOrientation="vertical"
        className="mono"
        autoComplete="off"
        spellCheck={false}
      />
      <Button type="submit" size="sm">
        Use these lines
      </Button>
      <Button variant="link" size="sm" onClick={onClose}>
        Cancel
      </Button>
    </form>
  );
}
