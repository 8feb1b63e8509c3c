import { AlertActionLink } from '@patternfly/react-core';
import { useLock } from '../../../api/platform.ts';
import { Notice } from '../../../components/error-notice.tsx';
import { type MergePath, pathText } from '@sealift/core/merge';

interface PastedNoticeProps {
  /** The layer, where several are shown. */
  about: string;
  differences: readonly { path: MergePath; message: string }[];
  onBackToMerge: () => void;
  busy: boolean;
}

/** That a text was put in place of the merge, and what that changes compared with it. */
export function PastedNotice({ about, differences, onBackToMerge, busy }: PastedNoticeProps) {
  const lock = useLock();
  return (
    <Notice
      variant={differences.length === 0 ? 'info' : 'warning'}
      title={
        differences.length === 0
          ? `${about}a text edited by hand is used; it means the same as the merge`
          : `${about}a text edited by hand is used; it differs from the merge in ${differences.length} ${differences.length === 1 ? 'place' : 'places'}`
      }
      {...(lock === null
        ? {
            actionLinks: (
              <AlertActionLink onClick={onBackToMerge} isDisabled={busy}>
                Back to merge
              </AlertActionLink>
            ),
          }
        : {})}
    >
      {differences.length > 0 && (
        <ul className="differences">
          {differences.map(({ path, message }) => (
            <li key={`${JSON.stringify(path)} ${message}`}>
              <code>{pathText(path)}</code>: {message}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
