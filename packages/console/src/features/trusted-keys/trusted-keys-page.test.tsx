import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
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

test('revokes a key once it was asked again, and says what stays', async () => {
  const { user, api } = openPage('/administration/trusted-keys');
  const revoke = 'DELETE /trusted-keys/7F3A91C2D4E5B6A0';
  await user.click(await screen.findByRole('button', { name: 'Revoke 7F3A91C2D4E5B6A0' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Revoke the key 7F3A91C2D4E5B6A0?' }));
  dialog.getByText(/The installed release stays installed/);
  expect(api.calls).not.toContain(revoke);
  await user.click(dialog.getByRole('button', { name: 'Revoke this key' }));
  await screen.findByRole('heading', { name: 'No key is trusted yet' });
  expect(api.calls).toContain(revoke);
});
