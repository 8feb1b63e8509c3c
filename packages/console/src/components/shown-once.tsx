import { ClipboardCopy } from '@patternfly/react-core';
import { Notice } from './error-notice.tsx';

interface ShownOnceProps {
  /** What it is, such as `The link`. */
  what: string;
  secret: string;
  children: string;
}

/** A secret that the server tells this once: to be copied, and gone with what it is shown in. */
export function ShownOnce({ what, secret, children }: ShownOnceProps) {
  return (
    <>
      <Notice variant="warning" title={`${what} is shown this once`}>
        {children}
      </Notice>
      <ClipboardCopy
        isReadOnly
        hoverTip="Copy"
        clickTip="Copied"
        textAriaLabel={what}
        toggleAriaLabel={`Show ${what.toLowerCase()}`}
        className="shown-once"
      >
        {secret}
      </ClipboardCopy>
    </>
  );
}
