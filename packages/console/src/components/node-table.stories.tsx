import preview from '../../.storybook/preview.tsx';
import { summary } from '../../test/fixture/platform.ts';
import { NodeTable } from './node-table.tsx';

const meta = preview.meta({ component: NodeTable });
const { nodes } = summary('4.2.12', true, null);

export const Ready = meta.story({ args: { nodes } });

export const Rolling = meta.story({
  args: {
    nodes: nodes.map((node, at) =>
      at === 1
        ? {
            ...node,
            ready: false,
            machine: 'cp-2-x7k2p',
            phase: 'Deleting',
            since: '2026-11-23T00:31:00.000Z',
            message: 'Draining: 3 pods left, among them hubble-system/mongo-1, whose budget lets none be moved',
          }
        : node,
    ),
  },
});

export const NoneReported = meta.story({ args: { nodes: [] } });
