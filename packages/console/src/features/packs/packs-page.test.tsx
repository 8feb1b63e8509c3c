import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

test('tells which packs in use have newer versions, and which bundle holds them', async () => {
  openPage('/administration/packs');
  const table = within(await screen.findByRole('grid', { name: 'Packs in use that have newer versions' }));
  expect(table.getAllByText('cni-calico')).toHaveLength(2);
  expect(table.getAllByText('3.25.1')).toHaveLength(2);
  table.getByText('airgap-pack-cni-calico-3.27.0.bin');
  table.getByText('airgap-v4.2.13.bin');
});

test('unfolds a pack to its versions and to what uses it', async () => {
  const { user, api } = openPage('/administration/packs');
  const table = within(await screen.findByRole('grid', { name: 'Packs' }));
  expect(api.calls.some((call) => call.includes('/uses'))).toBe(false);
  await user.click(table.getAllByRole('button', { name: 'Details' })[0] ?? document.body);
  const versions = within(await screen.findByRole('grid', { name: 'Versions of cni-calico' }));
  versions.getByText('in use');
  const uses = within(await screen.findByRole('list', { name: 'Where cni-calico is used' }));
  uses.getByText('Layer cni of the enterprise cluster: 3.25.1, with values of its own');
  uses.getByText('Pack platform 4.2.12, which runs: required >=3.25');
  uses.getByText('Release Harborview 4.2.12, which is installed: 3.25.1');
});

test('filters by name and layer', async () => {
  const { user } = openPage('/administration/packs');
  await screen.findByRole('grid', { name: 'Packs' });
  await user.type(screen.getByRole('textbox', { name: 'Filter by name or layer' }), 'csi');
  expect(screen.queryByRole('grid', { name: 'Packs' })?.textContent).not.toContain('cni-calico');
  await user.type(screen.getByRole('textbox', { name: 'Filter by name or layer' }), 'x');
  await screen.findByRole('heading', { name: 'No pack matches' });
});

test('gives no all-clear where nothing is known, or not everything counts', async () => {
  openPage('/administration/packs', (api) => {
    api.packs.outdated = { inUse: null, leftOut: 2, packs: [] };
    api.packs.known = [];
  });
  await screen.findByText(/Nothing is known of the packs in use/);
  screen.getByText(/2 releases and packs of the catalogue are not counted on/);
  await screen.findByRole('heading', { name: 'The catalogue has no pack' });
  expect(screen.queryByText(/no newer version/)).toBeNull();
});
