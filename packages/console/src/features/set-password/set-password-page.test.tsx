import { screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

afterEach(() => window.history.replaceState(null, '', '/'));

test('the owner of an account chooses a password with the link, which leaves the address', async () => {
  window.history.replaceState(null, '', `/set-password#token=${'T'.repeat(43)}`);
  const { user, api } = openPage('/set-password', (fixture) => {
    fixture.user = null;
  });
  await user.type(await screen.findByLabelText(/^Password(?! again)/), 'short');
  await user.click(screen.getByRole('button', { name: 'Set password' }));
  await screen.findByText(/At least 14 and at most/);
  expect(window.location.hash).toBe('');
  await user.type(screen.getByLabelText(/^Password(?! again)/), ' and then much longer');
  await user.type(screen.getByLabelText(/Password again/), 'short and then much longer');
  await user.click(screen.getByRole('button', { name: 'Set password' }));
  await screen.findByRole('heading', { name: 'Your password is set' });
  expect(api.calls).toContain('POST /password-link');
});

test('a link that is not whole says so', async () => {
  openPage('/set-password', (fixture) => {
    fixture.user = null;
  });
  await screen.findByRole('heading', { name: 'The link is not complete' });
});
