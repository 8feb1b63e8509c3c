import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

test("changes one's own password, typed twice, and shows one's sessions", async () => {
  const { user, api } = openPage('/');
  await user.click(await screen.findByRole('button', { name: /Account admin/ }));
  await user.click(await screen.findByRole('menuitem', { name: 'Password and sessions' }));
  await screen.findByText('this one');
  await user.type(screen.getByLabelText(/Password of now/), 'four random words here');
  await user.type(screen.getByLabelText(/^New password(?! again)/), 'another four words here');
  await user.type(screen.getByLabelText(/New password again/), 'another four words');
  await user.click(screen.getByRole('button', { name: 'Change password' }));
  await screen.findByText('The two passwords differ');
  expect(api.calls).not.toContain('PUT /session/password');
  await user.type(screen.getByLabelText(/New password again/), ' here');
  await user.click(screen.getByRole('button', { name: 'Change password' }));
  await screen.findByText('The password is changed');
  expect(screen.getByLabelText<HTMLInputElement>(/Password of now/).value).toBe('');
});
