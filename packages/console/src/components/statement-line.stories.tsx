import preview from '../../.storybook/preview.tsx';
import { StatementLine } from './statement-line.tsx';

const passed = {
  name: 'nodes',
  title: 'Every node is ready',
  outcome: 'pass',
  detail: '6 of 6 nodes are ready',
} as const;
const text = 'The cluster runs Harborview 4.2.12 as released';

const meta = preview.meta({ component: StatementLine });

export const Holds = meta.story({ args: { statement: { text, holds: true, checks: [passed] } } });

export const DoesNotHold = meta.story({
  args: {
    statement: {
      text,
      holds: false,
      checks: [
        passed,
        {
          name: 'pods',
          title: 'Every pod runs',
          outcome: 'block',
          detail: '2 of 40 pods do not run',
          remedy: 'Look at the events of hubble-system.',
        },
      ],
    },
  },
});
