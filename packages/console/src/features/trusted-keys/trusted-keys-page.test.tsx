import { screen, within } from '@testing-library/react';
import { test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

test('lists the trusted keys, and shows why a pasted one is refused', async () => {
  const { user } = openPage('/administration/trusted-keys');
  await screen.findByText('7F3A91C2D4E5B6A0');
  await user.click(screen.getByRole('button', { name: 'Trust a key' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Trust a key' }));
  await user.type(dialog.getByLabelText(/Public key/), 'nonsense');
  await user.click(dialog.getByRole('button', { name: 'Trust this key' }));
  await dialog.findByText(/its second line is missing/);
  dialog.getByText('What to do: Paste the whole text of the .pub file.');
});

test('tells what to do while no key is trusted', async () => {
  openPage('/administration/trusted-keys', (api) => {
    api.keys = [];
  });
  await screen.findByRole('heading', { name: 'No key is trusted yet' });
});
