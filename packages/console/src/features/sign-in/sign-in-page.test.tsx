import { screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

test('asks to sign in, tells why it was refused, and returns to the page asked for', async () => {
  const { user } = openPage('/administration/registries', (api) => {
    api.user = null;
  });
  await user.type(await screen.findByLabelText(/User name/), 'admin');
  await user.type(screen.getByLabelText(/Password/), 'wrong');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  await screen.findByText(/User name and password do not match/);
  screen.getByText(/after five failures/);
  await user.clear(screen.getByLabelText(/Password/));
  await user.type(screen.getByLabelText(/Password/), 'a long enough sentence');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  await screen.findByRole('heading', { name: 'Pack Registries', level: 1 });
});

test('signs out', async () => {
  const { user, api } = openPage('/');
  await user.click(await screen.findByRole('button', { name: /Account admin/ }));
  await user.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
  await screen.findByRole('heading', { name: 'Sign in' });
  expect(api.user).toBeNull();
});

test('an expired session leads to sign-in and back', async () => {
  const { user, api, client } = openPage('/cluster/nodes');
  await screen.findByRole('heading', { name: 'Nodes', level: 1 });
  api.user = null;
  await client.invalidateQueries({ queryKey: ['summary'] });
  await user.type(await screen.findByLabelText(/User name/), 'admin');
  await user.type(screen.getByLabelText(/Password/), 'a long enough sentence');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  await screen.findByRole('heading', { name: 'Nodes', level: 1 });
});

test('the page goes on by itself after the server was away', async () => {
  const { network, client } = openPage('/cluster/nodes');
  await screen.findByText('harborview-cp-1');
  network.down = true;
  void client.invalidateQueries({ queryKey: ['summary'] });
  await screen.findByText(/Reconnecting: the server does not answer/);
  screen.getByText('harborview-cp-1');
  network.down = false;
  await waitFor(() => expect(screen.queryByText(/Reconnecting/)).toBeNull(), { timeout: 5000 });
});
