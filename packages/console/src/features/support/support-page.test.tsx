import { screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

test('lists what is in a support bundle, with what could not be read, and downloads it', async () => {
  const taken = vi.fn(() => 'blob:x');
  URL.createObjectURL = taken;
  URL.revokeObjectURL = vi.fn();
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined);
  const { user, api } = openPage('/administration/support');
  const table = within(await screen.findByRole('grid', { name: 'Files of a support bundle' }));
  table.getByText('versions.json');
  table.getByText('Not read: the cluster does not answer');
  await user.click(screen.getByRole('button', { name: 'Download a support bundle' }));
  await expect.poll(() => api.calls.includes('GET /support-bundle')).toBe(true);
  await expect.poll(() => taken.mock.calls.length).toBe(1);
});

test('is no page for whoever may not see it', async () => {
  openPage('/administration/support', (api) => void (api.role = 'viewer'));
  await screen.findByRole('heading', { name: /not found|no such page/i });
});
