import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

test('verifies the chain of hashes', async () => {
  const { user } = openPage('/administration/audit');
  await user.click(await screen.findByRole('button', { name: 'Verify chain' }));
  await screen.findByText('The chain is whole: 27 entries fit each other');
});

test('shows the newest entries first, filters them, and unfolds details and hashes', async () => {
  const { user } = openPage('/administration/audit');
  const table = within(await screen.findByRole('grid', { name: 'Audit log' }));
  expect(table.getAllByRole('row')[1]?.textContent).toContain('27');
  await user.type(screen.getByRole('textbox', { name: 'Filter by actor, action or subject' }), 'setup');
  expect(table.getAllByRole('row')).toHaveLength(2);
  await user.click(table.getByRole('button', { name: 'Details' }));
  table.getByText('ab'.repeat(32), { exact: false });
});
