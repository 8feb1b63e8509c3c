import './run.css';
import { waitingFor } from '@sealift/core/upgrade';
import preview from '../../../../.storybook/preview.tsx';
import { WaitingFor } from './waiting-for.tsx';

const since = '2026-11-23T00:31:00.000Z';
const now = Date.parse('2026-11-23T00:43:30.000Z');
const draining = {
  ...waitingFor('node cp-2 is draining, 3 pods left', { object: { kind: 'Machine', name: 'cp-2' } }),
  since,
};

const meta = preview.meta({
  component: WaitingFor,
  args: { wait: draining, step: 'Roll the control plane to Kubernetes 1.26.10', now, isMoving: true },
});

export const Moving = meta.story();

export const Stalled = meta.story({
  args: {
    wait: {
      ...draining,
      level: 'stalled',
      impact: 'the control plane has two members',
      reference: 'PodDisruptionBudget hubble-system/mongo: 0 disruptions allowed',
      remedy: 'Raise maxUnavailable of the budget to 1.',
    },
  },
});

export const Failed = meta.story({
  args: {
    wait: {
      ...draining,
      what: 'the machine cp-2 could not be made',
      level: 'failed',
      remedy: 'Free 80 GB in the datastore.',
    },
  },
});

export const Nothing = meta.story({ args: { wait: null } });
export const APerson = meta.story({ args: { isMoving: false } });
