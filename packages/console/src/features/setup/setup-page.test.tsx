import { screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

afterEach(() => window.history.replaceState(null, '', '/'));

function openSetup(hash: string, needed: boolean) {
  window.history.replaceState(null, '', `/setup${hash}`);
  return openPage('/setup', (api) => {
    api.setupNeeded = needed;
    api.user = null;
  });
}

test('makes the first administrator with the token of the link, which leaves the address', async () => {
  const { user, api } = openSetup('#token=abcdefghijklmnopqrstuvwxyz', true);
  await user.type(await screen.findByLabelText(/User name/), 'root-admin');
  await user.type(screen.getByLabelText(/^Password(?! again)/), 'a long enough sentence');
  await user.type(screen.getByLabelText(/Password again/), 'a long enough sentence');
  expect(window.location.hash).toBe('');
  await user.click(screen.getByRole('button', { name: 'Create administrator' }));
  await screen.findByRole('heading', { name: 'Summary', level: 1 });
  expect(api.calls).toContain('POST /setup');
});

test('says what is wrong with name and password before anything is sent', async () => {
  const { user, api } = openSetup('#token=abcdefghijklmnopqrstuvwxyz', true);
  await user.type(await screen.findByLabelText(/^Password(?! again)/), 'short');
  await user.click(screen.getByRole('button', { name: 'Create administrator' }));
  screen.getByText('At least 14 and at most 256 characters');
  screen.getByText('The two passwords differ');
  expect(api.calls).not.toContain('POST /setup');
});

test('tells what to do with an incomplete link, and when set-up is done', async () => {
  const { unmount } = openSetup('', true);
  await screen.findByRole('heading', { name: 'The link is not complete' });
  unmount();
  openSetup('#token=abcdefghijklmnopqrstuvwxyz', false);
  await screen.findByRole('heading', { name: 'This console is set up' });
});
