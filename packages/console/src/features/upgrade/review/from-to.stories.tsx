import './review.css';
import preview from '../../../../.storybook/preview.tsx';
import { FromTo } from './from-to.tsx';

const meta = preview.meta({ component: FromTo });

export const WordsDiffer = meta.story({
  args: { from: 'docker.io/calico/node:v3.25.0', to: 'docker.io/calico/node:v3.25.1' },
});
export const Added = meta.story({ args: { from: undefined, to: '75s' } });
export const Removed = meta.story({ args: { from: '75s', to: undefined } });
export const Same = meta.story({ args: { from: '75s', to: '75s' } });
export const SeveralLines = meta.story({
  args: { from: '- 10.0.0.1\n- 10.0.0.2\n', to: '- 10.0.0.1\n- 10.0.0.3\n- 10.0.0.4\n' },
});
