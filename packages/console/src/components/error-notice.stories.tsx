import { fn } from 'storybook/test';
import preview from '../../.storybook/preview.tsx';
import { refusal } from '../../.storybook/refusal.ts';
import { UnreachableError } from '../api/http.ts';
import { ErrorNotice, FailureNotice, Notice } from './error-notice.tsx';

const meta = preview.meta({ component: ErrorNotice });

export const Refused = meta.story({
  args: {
    error: refusal(
      422,
      'REGISTRY_UNAUTHORIZED',
      'the registry harbor.example refused the login of sync',
      'Correct the password in Edit.',
      'harbor.example/v2/',
    ),
    onRetry: fn(),
  },
});

export const Unreachable = meta.story({ args: { error: new UnreachableError('cut'), onRetry: fn() } });

/** A fault of the page itself. */
export const PageFailed = meta.story({ args: { error: new TypeError('layers is undefined') } });

/** The lines of a text that an error shows keep their form. */
export const WithExcerpt = meta.story({
  args: { error: undefined },
  render: () => (
    <FailureNotice
      message={'the values are no YAML\n  3 | mtu: [1500\n    |      ^'}
      place="values of Calico, line 3"
      hint="Close the bracket."
      code="VALUES_INVALID"
    />
  ),
});

export const Notices = meta.story({
  args: { error: undefined },
  render: () => (
    <>
      {(['custom', 'info', 'success', 'warning', 'danger'] as const).map((variant) => (
        <Notice key={variant} variant={variant} title={`A notice of ${variant}`}>
          What it comes to.
        </Notice>
      ))}
    </>
  ),
});
