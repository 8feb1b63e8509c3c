import { screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

// Forms of this size are slow without a browser.
vi.setConfig({ testTimeout: 60_000 });

const address = '/administration/site';

test('asks for the settings while there are none, lets places be chosen, and shows what was stored', async () => {
  const { user, api } = openPage(address);
  const vcenter = await screen.findByRole('textbox', { name: /^Address/ }, { timeout: 20_000 });
  await user.clear(vcenter);
  await user.click(vcenter);
  await user.paste('https://vc.example');
  await user.click(screen.getByRole('textbox', { name: /^Account/ }));
  await user.paste('sealift@vsphere.local');
  await user.click(screen.getByLabelText(/^Password/));
  await user.paste('pa55');
  await user.click(screen.getByRole('button', { name: 'Ask vCenter what there is' }));
  await user.selectOptions(await screen.findByLabelText('Datacenter'), 'DC1');
  const cluster = within(screen.getByLabelText('Cluster or host'));
  expect(cluster.queryByRole('option', { name: 'DC0_C0' })).toBeNull();
  await user.selectOptions(screen.getByLabelText('Cluster or host'), 'DC1_C0');
  await user.click(screen.getByLabelText(/Kubeconfig: Access to the enterprise cluster/));
  await user.paste('clusters: []');
  await user.click(screen.getByLabelText(/^Image registry/));
  await user.paste('harbor.example/images');
  await user.click(await screen.findByLabelText(/^Login of the image registry/));
  await user.paste('kube-system/login');
  await user.click(screen.getByRole('radio', { name: 'Others, given whole' }));
  await user.click(await screen.findByLabelText(/^Variables(?! that)/));
  await user.paste('domain: hunter2\npassword: hunter2');
  await user.click(screen.getByRole('button', { name: 'Try and save' }));
  const list = within(await screen.findByLabelText('Settings of the site'));
  list.getByText('harbor.example/images');
  list.getByText('the Secret kube-system/login');
  list.getByText('domain, password');
  expect(screen.queryByText(/hunter2/)).toBeNull();
  list.getByText('https://vc.example');
  list.getByText('DC1_C0');
  expect(screen.queryByText('pa55')).toBeNull();
  expect(api.calls).toContain('PUT /site');
  await user.click(screen.getByRole('button', { name: 'Try these settings' }));
  await screen.findByText('VMware vCenter Server 8.0.3');
});

test('shows at its field what a look did not find, and keeps what was typed', async () => {
  const { user } = openPage(address);
  const password = await screen.findByLabelText(/^Password/);
  await user.type(screen.getByRole('textbox', { name: /^Account/ }), 'me');
  await user.type(password, 'wrong');
  await user.click(screen.getByLabelText(/What kubectl finds/));
  await user.click(screen.getByRole('button', { name: 'Try and save' }));
  const found = within(await screen.findByRole('list', { name: 'What was found at the site' }));
  found.getByText(/Check the user name with its domain/);
  const help = document.getElementById(password.getAttribute('aria-describedby') ?? '');
  expect(help?.textContent).toContain('vCenter does not accept this user name and password');
  screen.getByDisplayValue('me');
});

test('changes what is stored without asking for its secrets again, and forgets it once it was asked', async () => {
  const { user, api } = openPage(address, (made) => {
    const vcenter = { url: 'https://vc', username: 'u', ca: null, thumbprint: null };
    const none = { datacenter: null, folder: null, cluster: null, resourcePool: null, datastore: null, network: null };
    const password = 'p';
    made.answer('PUT', '/site', {
      revision: 0,
      vcenter: { ...vcenter, password },
      places: none,
      enterprise: { text: 'x' },
      management: null,
      clusterName: null,
    });
  });
  await user.click(await screen.findByRole('button', { name: 'Change' }));
  screen.getByRole('radio', { name: /The stored kubeconfig, which leads to https:\/\/10.10.0.5:6443/, checked: true });
  await user.type(screen.getByLabelText('Datastore'), 'fast');
  await user.click(screen.getByRole('button', { name: 'Try and save' }));
  await within(await screen.findByLabelText('Settings of the site')).findByText('fast');
  await user.click(await screen.findByRole('button', { name: 'Forget' }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(api.calls).not.toContain('DELETE /site');
  await user.click(dialog.getByRole('button', { name: 'Forget' }));
  await screen.findByRole('button', { name: 'Try and save' });
  expect(api.calls).toContain('DELETE /site');
});

test('says who decides where the console was started with the settings', async () => {
  openPage(address, ({ site }) => {
    site.view = { ...site.view, source: 'options', fixed: 'The console was started with these settings: they hold.' };
  });
  await screen.findByText(/they hold/);
  expect(screen.queryByRole('button', { name: /Try|Change|Forget/ })).toBeNull();
});
