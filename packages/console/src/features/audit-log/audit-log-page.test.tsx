import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

test('verifies the chain of hashes, and the checkpoints', async () => {
  const { user } = openPage('/administration/audit');
  await user.click(await screen.findByRole('button', { name: 'Verify chain' }));
  await screen.findByText('The chain is whole: 27 entries fit each other');
  screen.getByText(/every one of 1 signed checkpoints/);
});

test('says where a checkpoint shows that the log was written anew', async () => {
  const { user } = openPage('/administration/audit', (api) => {
    const brokenCheckpoint = { sequence: 9, at: '2026-11-22T22:00:00.000Z', reason: 'it was written anew' };
    api.verification = { ...api.verification, valid: false, brokenCheckpoint };
  });
  await user.click(await screen.findByRole('button', { name: 'Verify chain' }));
  await screen.findByText(/checkpoint of entry 9: it was written anew/);
});

test('shows the newest entries first, has the server look for others, and unfolds details and hashes', async () => {
  const { user, api } = openPage('/administration/audit');
  const table = within(await screen.findByRole('grid', { name: 'Audit log' }));
  expect(table.getAllByRole('row')[1]?.textContent).toContain('27');
  await user.type(screen.getByRole('textbox', { name: 'Text in actor, action, subject or address' }), 'setup');
  await waitFor(() => expect(table.getAllByRole('row')).toHaveLength(2));
  expect(api.calls.some((call) => call.includes('text=setup'))).toBe(true);
  expect(screen.getByRole('link', { name: 'Export as CSV' }).getAttribute('href')).toBe(
    '/api/v1/audit/export?text=setup',
  );
  await user.click(table.getByRole('button', { name: 'Details' }));
  table.getByText('ab'.repeat(32), { exact: false });
});

test('offers the checkpoints to be kept elsewhere', async () => {
  openPage('/administration/audit');
  await screen.findByRole('button', { name: 'Up to entry 27' });
});
