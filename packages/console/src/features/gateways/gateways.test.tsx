import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

const address = '/gateways';

test('shows how each gateway stands, which level holds it, and what halted the others', async () => {
  const { user, api } = openPage(address);
  const row = within((await screen.findByText('berlin-1')).closest('tr') ?? document.body);
  row.getByText('Paused');
  row.getByText('paused for the site berlin by admin: a move');
  row.getByText('4.2.12, to run 4.2.13');
  screen.getByText(/4.2.13 is halted: hamburg-1 went back from it/);
  screen.getByText(/it ended with code 1/);
  await user.click(screen.getByRole('button', { name: 'Try it again' }));
  await screen.findByText(/Gateways are to run 4.2.13/);
  expect(api.calls).toContain('POST /gateways/retry');
});

test('offers nothing to change to whoever may only look', async () => {
  openPage(address, (api) => {
    api.role = 'viewer';
  });
  await screen.findByText('berlin-1');
  screen.getByText(/4.2.13 is halted/);
  for (const name of [
    'Invite a gateway',
    'Pause all',
    'Try it again',
    'Actions for berlin-1',
    /^Resume/,
    /^Withdraw/,
  ]) {
    expect(screen.queryByRole('button', { name })).toBeNull();
  }
});

test('pauses all with a reason, and resumes at the level that was paused', async () => {
  const { user } = openPage(address);
  await screen.findByText('berlin-1');
  await user.click(screen.getByRole('button', { name: 'Pause all' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Pause upgrades for all gateways?' }));
  await user.type(dialog.getByLabelText(/Reason/), 'a freeze');
  await user.click(dialog.getByRole('button', { name: 'Pause' }));
  await screen.findByText('Upgrades are paused for all gateways', { exact: false });
  await user.click(screen.getByRole('button', { name: 'Resume the site berlin' }));
  await expect.poll(() => screen.queryByText(/paused for the site berlin/)).toBeNull();
  expect(screen.getAllByText(/paused for all gateways by admin: a freeze/).length).toBeGreaterThan(0);
});

test('invites a gateway, and shows its token once', async () => {
  const { user } = openPage(address);
  await user.click(await screen.findByRole('button', { name: 'Invite a gateway' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Invite a gateway' }));
  await user.type(dialog.getByLabelText(/Name/), 'bremen-1');
  await user.click(dialog.getByRole('button', { name: 'Make a token' }));
  await dialog.findByDisplayValue('sealift_gateway_shown-once');
  await user.click(dialog.getByText('Close'));
  await screen.findByRole('button', { name: 'Withdraw bremen-1' });
});

test('removes a gateway once it was asked again', async () => {
  const { user, api } = openPage(address);
  await user.click(await screen.findByRole('button', { name: 'Actions for berlin-1' }));
  await user.click(await screen.findByText('Remove'));
  const dialog = within(await screen.findByRole('dialog', { name: 'Remove the gateway berlin-1?' }));
  await user.click(dialog.getByRole('button', { name: 'Remove berlin-1' }));
  await expect.poll(() => screen.queryByText('berlin-1')).toBeNull();
  expect(api.calls).toContain('DELETE /gateways/berlin-1');
});

test('shows more gateways than stand on a page, each once', async () => {
  const { user } = openPage(address, ({ gateways }) => {
    gateways.pageLength = 2;
  });
  await screen.findByText('hamburg-1');
  expect(screen.queryByText('hamburg-2')).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Show more gateways' }));
  await screen.findByText('hamburg-2');
  for (const name of ['berlin-1', 'hamburg-1']) expect(screen.getAllByText(name)).toHaveLength(1);
  expect(screen.queryByRole('button', { name: 'Show more gateways' })).toBeNull();
});
