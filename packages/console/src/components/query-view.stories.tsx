import { useQuery } from '@tanstack/react-query';
import preview from '../../.storybook/preview.tsx';
import { refusal } from '../../.storybook/refusal.ts';
import { UnreachableError } from '../api/http.ts';
import { QueryView } from './query-view.tsx';

/** Asks in the way that a story is about. */
function Asking({ ask }: { ask: () => Promise<string> }) {
  const query = useQuery({ queryKey: ['story'], queryFn: ask });
  return (
    <QueryView query={query} what="the profile">
      {(answer) => <p>{answer}</p>}
    </QueryView>
  );
}

const meta = preview.meta({ component: Asking });

export const Answered = meta.story({ args: { ask: async () => 'Harborview 4.2.12' } });

export const Loading = meta.story({ args: { ask: () => new Promise<string>(() => undefined) } });

export const ServerAway = meta.story({
  args: { ask: () => Promise.reject(new UnreachableError('cut')) },
});

export const Refused = meta.story({
  args: {
    ask: () =>
      Promise.reject(
        refusal(404, 'NOTHING_INSTALLED', 'no release is installed', 'Adopt the installed release first.'),
      ),
  },
});
