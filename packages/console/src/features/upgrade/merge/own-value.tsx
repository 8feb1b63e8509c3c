import { Button, TextArea } from '@patternfly/react-core';
import { useState } from 'react';
import { LockedButton } from '../../../components/locked-button.tsx';

interface OwnValueProps {
  /** The path, for people. */
  label: string;
  open: boolean;
  /** The own value in force, if there is one. */
  value: string;
  busy: boolean;
  onOpen: () => void;
  onClose: () => void;
  onUse: (value: string) => void;
}

/** Settles a conflict with a value of one's own, as YAML. */
export function OwnValue({ label, open, value, busy, onOpen, onClose, onUse }: OwnValueProps) {
  const [text, setText] = useState(value);
  if (!open) {
    return (
      <>
        <pre>{value === '' ? '(none given)' : value}</pre>
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
        className="mono"
        autoFocus
      />
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
