import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { MergePath } from '@sealift/core/merge';
import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import { ConflictItem } from './conflict-item.tsx';
import type { Decision, Resolution } from './resolutions.ts';

const side = (value: unknown, source: string) => ({ value, source, range: { start: 0, end: source.length, line: 1 } });

/** As the API gives a conflict: secrets in it are hidden already. */
function show(path: MergePath, given: Partial<Decision>, resolution?: Resolution, offered?: Resolution) {
  const decision: Decision = { path: [...path], kind: 'conflict', reason: 'Both changed it.', ...given };
  const used: (Resolution | null)[] = [];
  // Nothing is asked of a server.
  const client = new QueryClient({ defaultOptions: { queries: { enabled: false } } });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  render(
    <ul>
      <ConflictItem
        decision={decision}
        resolution={resolution}
        offer={offered === undefined ? undefined : { resolution: offered, match: 'same', reason: 'As before.' }}
        passwords={['pin']}
        busy={false}
        onShow={() => undefined}
        onResolve={(_path, one) => used.push(one)}
      />
    </ul>,
    { wrapper },
  );
  return used;
}

const hidden = { current: side('***', '***'), incoming: side('***', '***'), masked: true } as const;

test.each<[string, MergePath, Partial<Decision>]>([
  ['by its key', ['auth', 'pass'], hidden],
  ['by the name beside it', ['env', { name: 'DB_PASSWORD' }, 'value'], hidden],
  ['by what it holds', ['tls', 'crt'], hidden],
  ['by the schema, though nothing is there yet', ['pin'], { current: side('', '""') }],
])('hides an own value for a secret, told %s, while it is typed and after', async (_, path, given) => {
  const user = userEvent.setup();
  const own = { path: [...path], value: 'hunter2' };
  const used = show(path, { ...given, resolvedBy: 'value' }, own);
  expect(document.body.textContent).not.toContain('hunter2');
  await user.click(screen.getByRole('button', { name: /^Own value/ }));
  const field = screen.getByRole('textbox');
  expect(field.closest('.hidden-text')).not.toBeNull();
  await user.click(screen.getByRole('checkbox', { name: 'Show what I type' }));
  expect(field.closest('.hidden-text')).toBeNull();
  await user.type(field, '3');
  await user.click(screen.getByRole('button', { name: 'Use value' }));
  expect(used).toEqual([{ path, value: 'hunter23' }]);
});

test('hides an earlier own value for a secret, and only the secrets of one that holds more', () => {
  show(['token'], hidden, undefined, { path: ['token'], value: 'hunter2' });
  expect(document.body.textContent).not.toContain('hunter2');
  const sides = { current: side({ user: 'a' }, 'user: a'), incoming: side({ user: 'b' }, 'user: b') };
  show(['auth'], sides, undefined, { path: ['auth'], value: 'user: bob\npass: hunter2' });
  expect(document.body.textContent).not.toContain('hunter2');
  screen.getByText(/user: bob/);
});

test('shows what only refers to a secret', async () => {
  const user = userEvent.setup();
  const sides = { current: side('mine', 'mine'), incoming: side('theirs', 'theirs') };
  show(['existingSecret'], sides, { path: ['existingSecret'], value: 'ours' });
  screen.getByText('mine');
  screen.getByText('ours');
  await user.click(screen.getByRole('button', { name: /^Own value/ }));
  expect(screen.getByRole('textbox').closest('.hidden-text')).toBeNull();
});
