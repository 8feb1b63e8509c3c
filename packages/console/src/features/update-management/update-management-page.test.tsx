import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

test('prompts for the new version, says whether a node image is needed, and opens the preview', async () => {
  const { user } = openPage('/updates');
  await screen.findByRole('heading', { name: 'Harborview 4.2.13 is available' });
  screen.getByText(/Is a new node image needed\?/);
  await user.click(screen.getByRole('button', { name: 'Update to 4.2.13' }));
  await screen.findByRole('heading', { name: 'Harborview version update', level: 1 });
});

test('keeps the control plane able to go back where that is offered and asked for, and nowhere else', async () => {
  const { user, api } = openPage('/updates', (fixture) => {
    fixture.reversible = true;
  });
  await user.click(await screen.findByRole('checkbox', { name: /Keep the control plane able to go back/ }));
  await user.click(screen.getByRole('button', { name: 'Update to 4.2.13' }));
  await screen.findByRole('heading', { name: 'Harborview version update', level: 1 });
  expect(api.started).toEqual({ to: '4.2.13', reversible: true, preflight: false });
});

test('offers no way back of the control plane where a release has none', async () => {
  openPage('/updates');
  await screen.findByRole('heading', { name: 'Harborview 4.2.13 is available' });
  expect(screen.queryByRole('checkbox', { name: /able to go back/ })).toBeNull();
});

test('says why a newer version may not be installed from here', async () => {
  openPage('/updates');
  const versions = within(await screen.findByRole('grid', { name: 'Available versions' }));
  versions.getByText('Go to 4.2.13 first: 4.3 accepts only the latest patch of 4.2.');
});

test('tells how to bring in a release when there is none', async () => {
  openPage('/updates', (api) => {
    api.synced = false;
  });
  await screen.findByRole('heading', { name: 'No newer release is in the catalogue' });
  screen.getByText(/run its bundle on the support host/);
});

test('draws the way over several hops with what each needs, and begins an upgrade over all of them', async () => {
  const { user } = openPage('/updates');
  const hops = within(await screen.findByRole('list', { name: 'Hops' }));
  hops.getByText('Cluster API 1.10.4 first');
  hops.getByText('Workers to 1.27.4');
  screen.getByText(/2 hops: the control plane is rolled 2 times, workers once, 9 machines replaced/);
  screen.getByText(/Not in one step: 4.3.2 does not declare/);
  screen.getByText(/go through a release on Kubernetes 1.28/);
  await user.click(screen.getByRole('button', { name: 'Update to 4.3.2 over 2 hops' }));
  await screen.findByRole('heading', { name: 'Harborview version update', level: 1 });
});

test('says why there is no way to a release that is chosen', async () => {
  const { user } = openPage('/updates');
  await user.selectOptions(await screen.findByRole('combobox', { name: 'Release to go to' }), '4.4.0');
  await screen.findByText('There is no way from Harborview 4.2.12 to 4.4.0.');
  within(screen.getByRole('region', { name: 'Refused releases' })).getByText(/4.3.2 to 4.4.0/);
});

test('says what a release changes, and what its vendor says of it, before anything is prepared', async () => {
  const { user, api } = openPage('/updates');
  const layers = within(await screen.findByRole('list', { name: 'Layers that 4.2.13 changes' }));
  expect(layers.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    'Storage (CSI) csi-vsphere 2.6.0 → 2.7.1',
    'Add-on flow-logs new: 1.0.0',
  ]);
  await user.click(screen.getByRole('button', { name: 'Release notes of 4.2.13' }));
  screen.getByText(/Mends the storage driver/);
  expect(api.started).toBeNull();
});

test('says why a draft cannot be made, and tries again when told to', async () => {
  const { user, api } = openPage('/updates', (fixture) => {
    fixture.refuseDraft = true;
  });
  await user.click(await screen.findByRole('button', { name: 'Update to 4.2.13' }));
  await screen.findByText('The registry does not answer');
  screen.getByRole('link', { name: 'Back to Update Management' });
  api.refuseDraft = false;
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  await screen.findByRole('heading', { name: 'Harborview version update', level: 1 });
});
