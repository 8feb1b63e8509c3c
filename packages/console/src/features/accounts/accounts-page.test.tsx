import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

const page = '/administration/accounts';
const row = async (name: string) =>
  within((await screen.findByText(name, { selector: 'td' })).closest('tr') ?? document.body);

test('shows accounts with their roles and standing', async () => {
  openPage(page);
  (await row('carl')).getByText(/Its link waits until/);
  (await row('dora')).getByText('Single sign-on');
  (await row('bea')).getByText('Root');
});

test('makes an account, and shows the link for its owner once', async () => {
  const { user } = openPage(page);
  await user.click(await screen.findByRole('button', { name: 'Create an account' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.type(dialog.getByLabelText(/User name/), '../etc');
  await user.click(dialog.getByRole('button', { name: 'Create' }));
  dialog.getByText(/the first a letter or digit/);
  await user.clear(dialog.getByLabelText(/User name/));
  await user.type(dialog.getByLabelText(/User name/), 'eve');
  await user.selectOptions(dialog.getByLabelText(/Role/), 'operations');
  await user.click(dialog.getByRole('button', { name: 'Create' }));
  const link = await dialog.findByRole<HTMLInputElement>('textbox', { name: 'The link' });
  expect(link.value).toBe(`${window.location.origin}/set-password#token=${'T'.repeat(43)}`);
  await user.click(dialog.getByRole('button', { name: 'Done' }));
  expect(document.body.textContent).not.toContain('TTTT');
  (await row('eve')).getByText('Operations');
});

test('disables an account after it was asked for, and enables it again', async () => {
  const { user } = openPage(page);
  const choose = async (what: string) => {
    await user.click(await screen.findByRole('button', { name: 'Actions for bea' }));
    await user.click(await screen.findByRole('menuitem', { name: what }));
  };
  await choose('Disable');
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Disable' }));
  await (await row('bea')).findByText('Disabled');
  await choose('Enable');
  await (await row('bea')).findByText('Active');
});

test('offers nobody to change their own role, nor an Account Administrator to change a Root', async () => {
  const { user } = openPage(page, (api) => {
    api.user = 'kim';
    api.role = 'account-administrator';
  });
  await user.click(await screen.findByRole('button', { name: 'Actions for bea' }));
  for (const name of ['Change role', 'New password', 'Disable', 'Remove']) {
    expect((await screen.findByRole('menuitem', { name })).getAttribute('aria-disabled')).toBe('true');
  }
});

test('says that a change was refused because somebody else was sooner', async () => {
  const { user } = openPage(page, (api) => {
    const answer = api.access.answer.bind(api.access);
    api.access.answer = (route, body) =>
      route.startsWith('PUT /accounts') ? { status: 412, body: stale } : answer(route, body);
  });
  await user.click(await screen.findByRole('button', { name: 'Actions for carl' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Change role' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.selectOptions(dialog.getByLabelText(/Role/), 'operations');
  await user.click(dialog.getByRole('button', { name: 'Save' }));
  await dialog.findByText(/was changed by somebody else/);
});

test('begins where an Account Administrator may look, and shows the menu of that role', async () => {
  openPage('/', (api) => {
    api.role = 'account-administrator';
  });
  await screen.findByRole('heading', { name: 'Accounts and Roles', level: 1 });
  const menu = within(screen.getByRole('navigation', { name: 'Main Menu', hidden: true }));
  expect(menu.getAllByRole('link', { hidden: true }).map(({ textContent }) => textContent)).toEqual([
    'Accounts and Roles',
    'API Tokens',
    'Audit Log',
  ]);
});

test('a Root says whether a second person is needed', async () => {
  const { user, api } = openPage(page);
  await user.click(await screen.findByRole('switch', { name: /another person/ }));
  await expect.poll(() => api.access.policy.secondPerson).toBe(true);
});

const stale = {
  type: 'https://sealift.dev/errors/RECORD_CHANGED',
  title: 'RECORD_CHANGED',
  status: 412,
  code: 'RECORD_CHANGED',
  detail: 'the account was changed by somebody else since it was read',
  hint: 'Look at it again.',
  next: 'needs-a-person',
};
