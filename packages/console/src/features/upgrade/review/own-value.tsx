import { Button, Checkbox, TextArea } from '@patternfly/react-core';
import { useEffect, useId, useRef, useState } from 'react';
import { useDraft } from '../use-draft.ts';
import { TakeButton } from './take-button.tsx';

interface OwnValueProps {
  /** The path, for people. */
  path: string;
  /** What the value is for, the same wherever it is asked. */
  about: string;
  isOpen: boolean;
  /** What the field begins with; undefined while that is being read. */
  start: string | undefined;
  /** The own value in force, as it may be shown. */
  given: string | undefined;
  /** What is typed is hidden until one asks to see it. */
  isSecret: boolean;
  /** Whether the key `e` opens it. */
  isByKey: boolean;
  disabledBecause: string | undefined;
  onOpen: () => void;
  onClose: () => void;
  onUse: (value: string) => void;
}

/** Settles a conflict with a value of one's own, as YAML. What was typed stays, whatever becomes of it. */
export function OwnValue(props: OwnValueProps) {
  const { path, about, isOpen, start, given, isSecret, isByKey, disabledBecause, onOpen, onClose, onUse } = props;
  const draft = useDraft(about);
  const [isVisible, setVisible] = useState(!isSecret);
  const checkbox = useId();
  if (!isOpen) {
    const isKept = draft.text !== undefined && draft.text !== start;
    return (
      <div className="own-value">
        <TakeButton
          words="Own value"
          path={path}
          {...(isByKey ? { hotkey: 'e' } : {})}
          disabledBecause={disabledBecause}
          onTake={onOpen}
        />
        {given !== undefined && <code className="own-given">{given}</code>}
        {isKept && <span className="quiet">What you typed is kept.</span>}
      </div>
    );
  }
  const text = draft.text ?? start;
  return (
    <form
      className="own-value is-open"
      onSubmit={(event) => {
        event.preventDefault();
        if (text === undefined || disabledBecause !== undefined) return;
        onUse(text);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      {text === undefined ? (
        <p role="status">Reading the value …</p>
      ) : (
        <Field path={path} text={text} isVisible={isVisible} onChange={draft.set} />
      )}
      {isSecret && (
        <Checkbox
          id={checkbox}
          label="Show what I type"
          isChecked={isVisible}
          onChange={(_event, on) => setVisible(on)}
        />
      )}
      <Button type="submit" size="sm" isDisabled={text === undefined || text.trim() === ''}>
        Use value
      </Button>
      <Button variant="link" size="sm" onClick={onClose}>
        Cancel
      </Button>
    </form>
  );
}

interface FieldProps {
  path: string;
  text: string;
  isVisible: boolean;
  onChange: (text: string) => void;
}

function Field({ path, text, isVisible, onChange }: FieldProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
    field.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <TextArea
      ref={field}
      value={text}
      onChange={(_event, next) => onChange(next)}
      aria-label={`Value for ${path}, as YAML`}
      rows={Math.min(8, Math.max(2, text.split('\n').length))}
      resizeOrientation="vertical"
      className={isVisible ? 'mono' : 'mono hidden-text'}
      autoComplete="off"
      spellCheck={false}
    />
  );
}
