import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';
import type { FixtureApi } from '../../../test/fixture/fixture-api.ts';

const address = '/cluster/adopt';
const adoptButton = (): HTMLElement => screen.getByRole('button', { name: /^Adopt Harborview/ });
const nothingInstalled = (api: FixtureApi): void => {
  api.installed = null;
};

test('looks, names what differs, asks what only a person can tell, and adopts once nothing differs and it is confirmed', async () => {
  const { user, api } = openPage(address, nothingInstalled);
  await user.click(await screen.findByRole('button', { name: 'Look' }));
  const differences = await screen.findByRole('grid', { name: 'Differences' });
  within(differences).getByText('layer k8s/kubernetes');
  screen.getByText('1 of 1 layer is not told yet.', { exact: false });
  const adopt = screen.getByRole('button', { name: 'Adopt Harborview 4.2.12 …' });
  expect(adopt.getAttribute('aria-disabled')).toBe('true');
  await user.click(screen.getByRole('radio', { name: /^The defaults of kubernetes/ }));
  expect(adopt.getAttribute('aria-disabled')).toBe('true');
  await user.click(screen.getByRole('button', { name: 'Look again with what you say' }));
  await screen.findByText('Nothing: the site is as Harborview 4.2.12.');
  await user.click(screen.getByRole('button', { name: 'Adopt Harborview 4.2.12 …' }));
  const dialog = await screen.findByRole('dialog');
  expect(api.calls).not.toContain('POST /platform/adopt');
  await user.click(within(dialog).getByRole('button', { name: 'Adopt' }));
  await screen.findByRole('heading', { name: 'Harborview 4.2.12 is recorded as installed' });
  expect(api.surveyed).toEqual([
    { values: [], defaults: [] },
    { values: [], defaults: [{ layer: 'k8s', pack: 'kubernetes' }] },
  ]);
});

test('takes values that are given, as they are, for a layer that is not known and for one that is', async () => {
  const { user, api } = openPage(address, nothingInstalled);
  await user.type(await screen.findByRole('textbox', { name: 'Compare with release' }), '4.2.12');
  await user.click(screen.getByRole('button', { name: 'Look' }));
  await user.click(await screen.findByRole('radio', { name: 'Values that I give' }));
  await user.click(screen.getByRole('textbox', { name: 'Values of k8s/kubernetes' }));
  await user.paste('pack:\n  podCIDR: 10.0.0.0/16\n');
  await user.click(screen.getByRole('button', { name: 'Give its values: cni/cni-calico' }));
  await user.click(screen.getByRole('button', { name: 'Look again with what you say' }));
  await screen.findByText('Nothing: the site is as Harborview 4.2.12.');
  expect(api.surveyed.at(-1)).toEqual({
    version: '4.2.12',
    values: [{ layer: 'k8s', pack: 'kubernetes', values: 'pack:\n  podCIDR: 10.0.0.0/16\n' }],
    defaults: [],
  });
  // Somebody began to give values of a layer: what is known of it is not adopted behind their back.
  expect(adoptButton().getAttribute('aria-disabled')).toBe('true');
  await user.click(screen.getByRole('button', { name: 'Take back what you say of cni/cni-calico' }));
  await waitFor(() => expect(adoptButton().getAttribute('aria-disabled')).not.toBe('true'));
});

test('says that there is no cluster to look at, and leads to where one is connected', async () => {
  const { user } = openPage(address, (api) => {
    api.installed = null;
    api.isUnconnected = true;
  });
  await user.click(await screen.findByRole('button', { name: 'Look' }));
  await screen.findByText(/connected to no cluster/);
  const way = screen.getByRole('link', { name: 'Connect the cluster in Site Settings' });
  expect(way.getAttribute('href')).toBe('/administration/site');
});

test('lets nobody look who may not, and says so', async () => {
  const { user, api } = openPage(address, (fixture) => {
    fixture.installed = null;
    fixture.role = 'viewer';
  });
  const look = await screen.findByRole('button', { name: 'Look' });
  expect(look.getAttribute('aria-disabled')).toBe('true');
  await user.click(look);
  expect(api.surveyed).toEqual([]);
});

test('says what is recorded where a platform was adopted before', async () => {
  openPage(address);
  await screen.findByRole('heading', { name: 'Harborview 4.2.12 is recorded as installed' });
  expect(screen.queryByRole('button', { name: 'Look' })).toBeNull();
});
