import { fn } from 'storybook/test';
import preview from '../../.storybook/preview.tsx';
import { SessionTable } from './session-table.tsx';

const session = {
  id: 's-1',
  agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36',
  address: '10.1.2.3',
  startedAt: '2026-11-23T00:20:00.000Z',
  lastUsedAt: '2026-11-23T01:20:00.000Z',
  expiresAt: '2026-11-23T04:20:00.000Z',
  isThis: true,
};

const meta = preview.meta({ component: SessionTable, args: { isPending: false, onEnd: fn() } });

export const Two = meta.story({
  args: { sessions: [session, { ...session, id: 's-2', agent: '', address: '2001:db8::17', isThis: false }] },
});
export const None = meta.story({ args: { sessions: [] } });
