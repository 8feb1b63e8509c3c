import { Button, type ButtonProps, Tooltip } from '@patternfly/react-core';
import type { Permission } from '@sealift/core/api';
import { useLock } from '../api/platform.ts';
import { useMay } from '../api/session.ts';

interface LockedButtonProps extends Omit<ButtonProps, 'ref'> {
  /** Another reason why it cannot be pressed now. */
  disabledBecause?: string | undefined;
  /** What an account has to be allowed for it. */
  needs?: Permission;
}

/** A button that changes something: who may not, or while an upgrade locks the console, can't press it, and is told so. */
export function LockedButton({ disabledBecause, needs, ...props }: LockedButtonProps) {
  const lock = useLock();
  const may = useMay(needs);
  const reason = may ? (lock ?? disabledBecause) : 'Your role does not allow this';
  if (reason === undefined) return <Button {...props} />;
  return (
    <Tooltip content={reason}>
      <Button {...props} isAriaDisabled />
    </Tooltip>
  );
}
