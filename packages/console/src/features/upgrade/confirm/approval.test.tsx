import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../../test/open-page.tsx';

const asked = (by: string, stands = true) => ({
  required: true,
  asked: { by, at: '2026-11-23T00:25:00.000Z', stands },
});

test('says that another person has to approve, and who has asked', async () => {
  openPage('/updates/up-1', (api) => {
    api.approval = asked('bea');
  });
  const bar = within(await screen.findByLabelText('Confirm the update'));
  await bar.findByText('bea asks for it; it starts when you approve.');
  bar.getByRole('button', { name: 'Approve' });
});

test('offers nothing to the one who asked but to take it back', async () => {
  const { user, api } = openPage('/updates/up-1', (fixture) => {
    fixture.approval = asked('admin');
  });
  const bar = within(await screen.findByLabelText('Confirm the update'));
  await bar.findByText('You asked for it: another person has to approve it.');
  expect(bar.getByRole('button', { name: 'Approve' }).getAttribute('aria-disabled')).toBe('true');
  await user.click(bar.getByRole('button', { name: 'Ask nobody' }));
  await bar.findByRole('button', { name: 'Ask for approval' });
  expect(api.calls).toContain('DELETE /upgrades/up-1/confirm');
});

test('a request for what it was before is none', async () => {
  openPage('/updates/up-1', (api) => {
    api.approval = asked('bea', false);
  });
  const bar = within(await screen.findByLabelText('Confirm the update'));
  await bar.findByText(/bea asked for it, and it has changed since/);
  bar.getByRole('button', { name: 'Ask for approval' });
});
