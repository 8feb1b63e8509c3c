import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../../test/open-page.tsx';

test('finalises an upgrade that waits for a person, once it was said that nothing takes that back', async () => {
  const { user, api } = openPage('/updates/up-1', (fixture) => {
    fixture.progress = 5;
    fixture.finalise = { stage: 'waits', by: null };
  });
  await screen.findByText(/runs the new Kubernetes and still serves the old one/);
  await user.click(screen.getByRole('button', { name: 'Finalise …' }));
  const dialog = within(await screen.findByRole('dialog'));
  dialog.getByText(/From then on the upgrade cannot be rolled back/);
  await user.click(dialog.getByRole('button', { name: 'Finalise' }));
  await screen.findByText('Finalised by admin.');
  expect(api.calls).toContain('POST /upgrades/up-1/finalise');
  expect(screen.queryByRole('button', { name: 'Finalise …' })).toBeNull();
});

test('offers nothing before all of the control plane is new', async () => {
  openPage('/updates/up-1', (fixture) => {
    fixture.progress = 5;
    fixture.finalise = { stage: 'not-yet', by: null };
  });
  await screen.findByText(/Until you finalise it, the control plane can go back/);
  expect(screen.queryByRole('button', { name: 'Finalise …' })).toBeNull();
});

test('says nothing of it where the upgrade is an ordinary one', async () => {
  openPage('/updates/up-1', (fixture) => {
    fixture.progress = 5;
  });
  await screen.findByRole('heading', { name: 'Harborview version update', level: 1 });
  expect(screen.queryByRole('heading', { name: 'Finalise' })).toBeNull();
});
