import { screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

test('states a sentence only when every check behind it passed, and shows the checks', async () => {
  const { user } = openPage('/');
  await screen.findByText('Cannot be stated now: “You are using the latest version of Harborview”');
  screen.getByText('What to do: Open Update Management and choose Update.');
  screen.getByText('On-prem system console is healthy');
  await user.click(screen.getByRole('button', { name: '3 of 3 checks passed' }));
  screen.getByText('Every layer is healthy');
});

test('names the installed version and links to the available update', async () => {
  const { user } = openPage('/');
  await screen.findByText('Harborview 4.2.12');
  await user.click(screen.getByRole('link', { name: 'Version 4.2.13 is available' }));
  await screen.findByRole('heading', { name: 'Update Management', level: 1 });
});

test('updates from here: the draft is made at once, and its review opens', async () => {
  const { user, api } = openPage('/', (fixture) => {
    fixture.unseen = true;
  });
  await user.click(await screen.findByRole('button', { name: 'Update to 4.2.13' }));
  await screen.findByRole('tree', { name: 'Decisions' });
  expect(api.started).toEqual({ to: '4.2.13', reversible: false, preflight: false });
  await waitFor(() => expect(api.looks).toBe(1));
  await screen.findByText('2 open conflicts in vSphere CSI');
});

test('says that the cluster is simulated, and what an embedded store means', async () => {
  openPage('/');
  await screen.findByText(/Simulated cluster: this is a demonstration/);
  screen.getByText(/does not survive a power loss/);
});

test('does not say that nothing real is touched where the vCenter is real', async () => {
  openPage('/', (api) => {
    api.vcenter = 'vc.example';
  });
  await screen.findByText(/The vCenter vc.example is a real one/);
  expect(screen.queryByText(/No real machine, vCenter/)).toBeNull();
});

test('tells what to do while no release is recorded as installed, and leads to it', async () => {
  const { user } = openPage('/', (api) => {
    api.installed = null;
  });
  await screen.findByRole('heading', { name: /does not know yet which release/ });
  await user.click(screen.getByRole('button', { name: 'Adopt a platform' }));
  await screen.findByRole('heading', { name: 'Adopt a Platform', level: 1 });
});

test('says that nodes are unknown, and not that there are none, where the cluster could not be asked', async () => {
  openPage('/', (api) => {
    api.nodesKnown = false;
  });
  await screen.findByText(/^Unknown: the cluster could not be asked, at/);
  screen.getByText('Unknown: the cluster could not be asked');
  expect(screen.queryByText(/reported no node/)).toBeNull();
  expect(screen.queryByText(/0 of 0/)).toBeNull();
});
