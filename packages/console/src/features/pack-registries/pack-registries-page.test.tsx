import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

test('syncs from the three-dot menu and shows progress, then the result', async () => {
  const { user, api } = openPage('/administration/registries');
  await user.click(await screen.findByRole('button', { name: 'Actions for spectro-packs' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Sync' }));
  await screen.findByRole('progressbar', { name: 'Sync of spectro-packs' });
  screen.getByText('Checking the signature of Harborview 4.2.13');
  await screen.findByText('2 releases and 12 packs are in the catalogue', {}, { timeout: 5000 });
  expect(api.calls).toContain('POST /registries/spectro-packs/sync');
});

test('can be asked for another sync while one runs, which is done after it', async () => {
  const { user, api } = openPage('/administration/registries', (fixture) => {
    fixture.syncDone = 0;
  });
  await screen.findByRole('progressbar', { name: 'Sync of spectro-packs' });
  await user.click(screen.getByRole('button', { name: 'Actions for spectro-packs' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Sync' }));
  await waitFor(() => expect(api.calls).toContain('POST /registries/spectro-packs/sync'));
});

test('lists what was refused with the reason and the remedy', async () => {
  openPage('/administration/registries', (api) => {
    api.syncDone = 10;
    api.refuse = true;
  });
  const refused = within(await screen.findByRole('grid', { name: 'Refused by the last sync of spectro-packs' }));
  refused.getByText('spectro-packs/multus:3.9.0');
  refused.getByText(/Trust the key under Trusted Keys/);
});

test('cannot sync while an upgrade locks the console, and says why', async () => {
  const { user, api } = openPage('/administration/registries', (fixture) => {
    fixture.progress = 3;
  });
  await screen.findByRole('region', { name: 'Console lock' });
  await user.click(screen.getByRole('button', { name: 'Actions for spectro-packs' }));
  const sync = await screen.findByRole('menuitem', { name: 'Sync' });
  await waitFor(() => expect(sync.getAttribute('aria-disabled')).toBe('true'));
  await user.click(sync);
  expect(api.calls.filter((call) => call.startsWith('POST'))).toEqual([]);
});
