import './run.css';
import preview from '../../../../.storybook/preview.tsx';
import { RollbackItems } from './rollback-items.tsx';

const meta = preview.meta({ component: RollbackItems });

export const PutBackAndStaying = meta.story({
  args: {
    items: [
      { id: '1', text: 'Layer cni: cni-calico 3.25.0', does: 'undone', done: true },
      { id: '2', text: 'The workers to Kubernetes 1.26.8', does: 'undone', done: false },
      { id: '3', text: 'The template r_u-2204-0-k-12610-0 in vCenter', does: 'stays', done: false },
    ],
  },
});

export const Nothing = meta.story({ args: { items: [] } });
