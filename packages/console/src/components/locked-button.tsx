import { Button, type ButtonProps, Tooltip } from '@patternfly/react-core';
import { useLock } from '../api/platform.ts';

interface LockedButtonProps extends Omit<ButtonProps, 'ref'> {
  /** Another reason why it cannot be pressed now. */
  disabledBecause?: string | undefined;
}

/** A button that changes something: it can't be pressed while an upgrade locks the console, and says so. */
export function LockedButton({ disabledBecause, ...props }: LockedButtonProps) {
  const lock = useLock();
  const reason = lock ?? disabledBecause;
  if (reason === undefined) return <Button {...props} />;
  return (
    <Tooltip content={reason}>
      <Button {...props} isAriaDisabled />
    </Tooltip>
  );
}
