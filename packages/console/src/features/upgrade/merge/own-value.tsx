import { Button, Checkbox, TextArea } from '@patternfly/react-core';
import { useId, useState } from 'react';
import { LockedButton } from '../../../components/locked-button.tsx';

interface OwnValueProps {
  /** The path, for people. */
  label: string;
  open: boolean;
  /** The own value in force, if there is one. */
  value: string;
  /** What is typed is hidden until one asks to see it. */
  isSecret: boolean;
  /** An own value as it may be shown. */
  shown: (value: string) => string;
  busy: boolean;
  onOpen: () => void;
  onClose: () => void;
  onUse: (value: string) => void;
}

/** Settles a conflict with a value of one's own, as YAML. */
export function OwnValue({ label, open, value, isSecret, shown, busy, onOpen, onClose, onUse }: OwnValueProps) {
  const [text, setText] = useState(value);
  const checkbox = useId();
  const [visible, setVisible] = useState(!isSecret);
  if (!open) {
    return (
      <>
        <pre>{value === '' ? '(none given)' : shown(value)}</pre>
        <LockedButton
          variant="secondary"
          size="sm"
          onClick={onOpen}
          aria-label={`Own value: ${label}`}
          disabledBecause={busy ? 'Not while a text edited by hand is used, or a change is being saved' : undefined}
        >
          Own value …
        </LockedButton>
      </>
    );
  }
  return (
    <form
      ref={bringIntoView}
      onSubmit={(event) => {
        event.preventDefault();
        onUse(text);
      }}
    >
      <TextArea
        value={text}
        onChange={(_event, next) => setText(next)}
        aria-label={`Value for ${label}, as YAML`}
        rows={2}
        resizeOrientation="vertical"
        className={visible ? 'mono' : 'mono hidden-text'}
        autoComplete="off"
        spellCheck={false}
        autoFocus
      />
      {isSecret && (
        <Checkbox
          id={checkbox}
          label="Show what I type"
          isChecked={visible}
          onChange={(_event, on) => setVisible(on)}
        />
      )}
      <Button type="submit" size="sm" isDisabled={text.trim() === ''}>
        Use value
      </Button>
      <Button variant="link" size="sm" onClick={onClose}>
        Cancel
      </Button>
    </form>
  );
}

function bringIntoView(form: HTMLFormElement | null): void {
  form?.scrollIntoView({ block: 'nearest' });
}
