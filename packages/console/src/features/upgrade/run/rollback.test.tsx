import type { Upgrade } from '@sealift/core/api';
import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../../test/open-page.tsx';

const open: NonNullable<Upgrade['rollback']> = {
  possible: true,
  shut: null,
  items: [
    { id: '0-layer-cni-cni-calico', does: 'undone', text: 'calico goes back to 3.25.0', done: false },
    { id: '0-backup', does: 'stays', text: 'The backup stays', done: false },
  ],
  estimate: null,
};
const step = { id: '0-workers', title: 'Roll the workers', since: '2026-11-23T00:31:00.000Z' };
const shut = { ...open, possible: false, shut: { step, reason: 'it cannot be taken back', remedy: 'Go on.' } };

test('rolls a paused upgrade back once what is put back and what stays was shown, for a reason', async () => {
  const { user, api } = openPage('/updates/up-1', (fixture) => {
    fixture.progress = 6;
    fixture.intervened = 'paused';
    fixture.rollback = open;
  });
  await screen.findByText('Can go back: yes.');
  await user.click(screen.getByRole('button', { name: 'Roll back …' }));
  const dialog = within(await screen.findByRole('dialog'));
  within(dialog.getByRole('list', { name: 'What is put back' })).getByText('calico goes back to 3.25.0');
  within(dialog.getByRole('list', { name: 'What stays' })).getByText('The backup stays');
  const act = dialog.getByRole('button', { name: 'Roll back' });
  expect(act).toHaveProperty('disabled', true);
  await user.type(dialog.getByLabelText(/Reason, for the audit log/), 'the shop closes');
  await user.click(act);
  await screen.findByText(/is being taken back, the last step first/);
  expect(api.rolledBackFor).toEqual({ reason: 'the shop closes' });
  expect(screen.queryByRole('button', { name: 'Roll back …' })).toBeNull();
});

test('says since which step there is no way back, and offers none', async () => {
  openPage('/updates/up-1', (fixture) => {
    fixture.progress = 6;
    fixture.intervened = 'paused';
    fixture.rollback = shut;
  });
  await screen.findByText('Can go back: no');
  screen.getByText('Roll the workers', { selector: 'em' });
  screen.getByText('What to do: Go on.');
  expect(screen.queryByRole('button', { name: 'Roll back …' })).toBeNull();
});

test('offers both ways on after an abort', async () => {
  openPage('/updates/up-1', (fixture) => {
    fixture.progress = 6;
    fixture.intervened = 'aborted';
    fixture.rollback = open;
    fixture.partlyUpgraded = {
      upgrade: 'up-1',
      from: '4.2.12',
      to: '4.2.13',
      state: 'aborted',
      endedAt: null,
      layers: [],
      nodes: [],
      continueBy: 'Start the upgrade to 4.2.13 again.',
      goBackBy: 'Roll it back.',
    };
  });
  await screen.findByText('partly upgraded');
  const ways = within(screen.getByRole('list', { name: 'Ways on' }));
  expect(ways.getByRole('link', { name: 'Go on to 4.2.13' }).getAttribute('href')).toBe('/updates/prepare/4.2.13');
  ways.getByText(/Go back to 4\.2\.12: Roll it back\./);
  screen.getByRole('button', { name: 'Roll back …' });
});

test('shows in the list of steps how each can be taken back, and where the point of no return is', async () => {
  openPage('/updates/up-1', (fixture) => {
    fixture.progress = 3;
  });
  await screen.findByText(/^Point of no return: from here on/);
  expect(screen.getAllByText('Reversible').length).toBeGreaterThan(3);
});

test('lets what a failure does be chosen before Confirm, which says it', async () => {
  const { user, api } = openPage('/updates/up-1', (fixture) => {
    fixture.drafted = true;
  });
  await user.click(await screen.findByRole('tab', { name: /^Plan/ }));
  const choice = await screen.findByRole('radio', { name: /Roll back by itself/ });
  expect(choice).toHaveProperty('checked', false);
  await user.click(choice);
  expect(await screen.findByRole('radio', { name: /Roll back by itself/, checked: true })).toBeTruthy();
  expect(api.onFailure).toBe('roll-back');
});
