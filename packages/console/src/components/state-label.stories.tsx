import { upgradeStates } from '@sealift/core/upgrade';
import preview from '../../.storybook/preview.tsx';
import { StateLabel } from './state-label.tsx';

const meta = preview.meta({ component: StateLabel });

export const Running = meta.story({ args: { state: 'running' } });

export const Every = meta.story({
  args: { state: 'draft' },
  render: () => (
    <ul>
      {upgradeStates.map((state) => (
        <li key={state}>
          <StateLabel state={state} />
        </li>
      ))}
    </ul>
  ),
});
