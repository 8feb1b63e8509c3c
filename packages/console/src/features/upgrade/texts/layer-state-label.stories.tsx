import { layer } from '../../../../.storybook/made-up-upgrade.ts';
import preview from '../../../../.storybook/preview.tsx';
import { LayerStateLabel } from './layer-state-label.tsx';

const states = ['unchanged', 'merged', 'conflicts', 'edited', 'added', 'removed'] as const;

const meta = preview.meta({ component: LayerStateLabel });

export const Every = meta.story({
  args: { layer },
  render: () => (
    <ul>
      {states.map((state) => (
        <li key={state}>
          <LayerStateLabel layer={{ ...layer, state, openConflicts: 1, keptCustomisations: 2 }} />
        </li>
      ))}
    </ul>
  ),
});
