import preview from '../../.storybook/preview.tsx';
import { CheckList } from './check-list.tsx';

const meta = preview.meta({ component: CheckList, args: { label: 'Preflight checks' } });

const passed = {
  name: 'nodes',
  title: 'Every node is ready',
  outcome: 'pass',
  detail: '6 of 6 nodes are ready',
} as const;
const places = (count: number) =>
  Array.from({ length: count }, (_unused, at) => ({
    place: `hubble-system/mongo-${at}`,
    text: 'lets no pod of it be moved',
    remedy: 'Raise maxUnavailable to 1.',
  }));

export const EveryOutcome = meta.story({
  args: {
    checks: [
      passed,
      {
        name: 'template',
        title: 'The template is in vCenter',
        outcome: 'warn',
        detail: 'r_u-2204-0-k-12610-0 is not there yet',
        remedy: 'Nothing: the upgrade imports it from the registry.',
      },
      {
        name: 'budgets',
        title: 'Every pod can be moved from its node',
        outcome: 'block',
        detail: '2 budgets let no pod be moved',
        items: places(2),
      },
      {
        name: 'etcd',
        title: 'Etcd is healthy',
        outcome: 'unknown',
        detail: 'No member answered within 5 s',
        remedy: 'Check that the control plane is reachable.',
      },
    ],
  },
});

/** A long list opens on demand. */
export const ManyPlaces = meta.story({
  args: {
    checks: [{ ...passed, outcome: 'block', detail: '40 budgets let no pod be moved', items: places(40) }],
  },
});

export const None = meta.story({ args: { checks: [] } });
