import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

test('makes a token of a lesser role, and shows its secret once', async () => {
  const { user } = openPage('/administration/tokens', (api) => {
    api.role = 'operations';
  });
  await user.click(await screen.findByRole('button', { name: 'Create an API token' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.type(dialog.getByLabelText(/Name/), 'ci');
  const roles = within(dialog.getByLabelText(/Role/)).getAllByRole<HTMLOptionElement>('option');
  expect(roles.map(({ value }) => value)).toEqual(['operations', 'viewer']);
  await user.selectOptions(dialog.getByLabelText(/Role/), 'viewer');
  await user.click(dialog.getByRole('button', { name: 'Create' }));
  expect((await dialog.findByRole<HTMLInputElement>('textbox', { name: 'The secret' })).value).toBe(
    'sealift_shown-once',
  );
  await user.click(dialog.getByRole('button', { name: 'Done' }));
  expect(document.body.innerHTML).not.toContain('sealift_shown-once');
  expect(within(await screen.findByRole('grid', { name: 'API tokens' })).getAllByRole('row')).toHaveLength(3);
});

test('revokes one, and says when there is none', async () => {
  const { user } = openPage('/administration/tokens');
  await user.click(await screen.findByRole('button', { name: 'Revoke pipeline' }));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Revoke' }));
  await screen.findByRole('heading', { name: 'There is no API token' });
});

test('asks for those of everybody only for whoever may see them', async () => {
  const { user, api, unmount } = openPage('/administration/tokens');
  await user.click(await screen.findByRole('switch', { name: 'Those of everybody' }));
  await expect.poll(() => api.calls.some((call) => call.endsWith('of=everybody'))).toBe(true);
  unmount();
  openPage('/administration/tokens', (other) => {
    other.role = 'viewer';
  });
  await screen.findByRole('grid', { name: 'API tokens' });
  expect(screen.queryByRole('switch')).toBeNull();
});
