import { screen, waitFor, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { everyMs } from '../../api/cluster.ts';
import { openPage } from '../../../test/open-page.tsx';

test('the overview tells what runs, what is recorded, and what a layer waits for', async () => {
  openPage('/cluster/overview');
  const layers = within(await screen.findByRole('grid', { name: 'Layers' }));
  const [, calico, hubble, csi] = layers.getAllByRole('row');
  expect(calico?.textContent).toContain('Healthy');
  expect(hubble?.textContent).toContain('the Deployment hubble-system/mongo is not ready');
  expect(csi?.textContent).toContain('Missing');
  within(await screen.findByRole('grid', { name: 'Nodes' })).getByText('Machine harborview-cp-1-x7k2p');
});

test('the events come with warnings first, and alone where only they are wanted', async () => {
  const { user } = openPage('/cluster/events');
  const table = await screen.findByRole('grid', { name: 'Events' });
  expect(within(table).getAllByRole('row')).toHaveLength(3);
  await user.click(screen.getByLabelText('Warnings only'));
  expect(within(table).getAllByRole('row')).toHaveLength(2);
  within(table).getByText('BackOff');
});

test('a cluster without events says why', async () => {
  openPage('/cluster/events', ({ site }) => {
    site.events = [];
  });
  await screen.findByText('A simulated cluster keeps no events.');
});

test('a kubeconfig is handed to the browser, and when it ends is said', async () => {
  const { user, api } = openPage('/cluster/kubeconfig');
  const made = vi.fn(() => 'blob:x');
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: made, revokeObjectURL: () => undefined }));
  await user.selectOptions(await screen.findByLabelText('It ends after'), '1');
  await user.click(screen.getByRole('button', { name: 'Download' }));
  await screen.findByText(/A kubeconfig of https:\/\/10.10.0.5:6443 was made/);
  expect(made).toHaveBeenCalledTimes(1);
  expect(api.calls).toContain('POST /cluster/kubeconfig');
});

test('nodes that cannot be read again are said to be unknown since they were, and are not shown as if they were of now', async () => {
  const { api, client } = openPage('/cluster/nodes');
  await screen.findByText('Machine harborview-cp-1-x7k2p');
  expect(screen.queryByText(/Unknown now/)).toBeNull();
  api.silent = '/cluster/nodes';
  await client.refetchQueries();
  await screen.findByText('Unknown now: the nodes and what they run');
  screen.getByText(/^Unknown since/);
  screen.getByText('CLUSTER_UNREACHABLE');
  // What was known last stays to be read.
  screen.getByText('Machine harborview-cp-1-x7k2p');
  api.silent = '';
  await client.refetchQueries();
  await waitFor(() => expect(screen.queryByText(/Unknown now/)).toBeNull());
});

test('nodes whose answer does not come are unknown once what is shown is too old', async () => {
  const { network, client } = openPage('/cluster/nodes');
  await screen.findByText('Machine harborview-cp-1-x7k2p');
  network.down = true;
  const now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now + everyMs.nodes + 60_000);
  try {
    await screen.findByText('Unknown now: the nodes and what they run');
  } finally {
    vi.restoreAllMocks();
  }
  client.clear();
});
