import type { Upgrade } from '@sealift/core/api';
import { useSession } from '../../../api/session.ts';

/** What Confirm means where another person has to approve. */
interface ApprovalState {
  /** Who has asked, or is to be asked; undefined where nobody else is needed. */
  readonly text: string | undefined;
  /** Whether the one who looks has asked: somebody else has to go on. */
  readonly isOwn: boolean;
  /** Whether pressing it only asks. */
  readonly asks: boolean;
  /** What the button says. */
  readonly action: 'Confirm' | 'Ask for approval' | 'Approve';
}

/** Where an upgrade stands between the one who asks and the one who approves. */
export function useApproval({ approval: { required, asked } }: Upgrade): ApprovalState {
  const { data: session } = useSession();
  if (!required) return { text: undefined, isOwn: false, asks: false, action: 'Confirm' };
  if (asked === null || !asked.stands) {
    const before = asked === null ? '' : `${asked.by} asked for it, and it has changed since. `;
    const text = `${before}Another person than the one who asks has to approve it.`;
    return { text, isOwn: false, asks: true, action: 'Ask for approval' };
  }
  const isOwn = asked.by === session?.username;
  const text = isOwn
    ? 'You asked for it: another person has to approve it.'
    : `${asked.by} asks for it; it starts when you approve.`;
  return { text, isOwn, asks: false, action: 'Approve' };
}
