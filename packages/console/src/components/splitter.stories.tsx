import { useState } from 'react';
import preview from '../../.storybook/preview.tsx';
import { Splitter } from './splitter.tsx';

const meta = preview.meta({
  component: Splitter,
  args: {
    label: 'Width of the list',
    controls: 'left-pane',
    value: 40,
    min: 20,
    max: 80,
    onMove: () => undefined,
    onReset: () => undefined,
  },
});

export const BetweenPanes = meta.story({
  render: function Moved(args) {
    const [share, setShare] = useState(args.value);
    return (
      <div style={{ display: 'flex', blockSize: '10rem' }}>
        <div id="left-pane" style={{ inlineSize: `${share}%` }}>
          The left pane
        </div>
        <Splitter {...args} value={share} onMove={setShare} onReset={() => setShare(args.value)} />
        <div style={{ flex: 1 }}>The right one</div>
      </div>
    );
  },
});
