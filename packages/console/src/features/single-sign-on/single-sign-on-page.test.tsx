import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';
import { formOf, requestOf } from './form.ts';

const view = { revision: 1, settings: null, changedBy: null, changedAt: null, callbackPath: '/callback' };

test('is set up, shown without its secret, changed and ended', async () => {
  const { user, api } = openPage('/administration/single-sign-on');
  const form = within(await screen.findByRole('form', { name: 'Change single sign-on' }));
  const fill = async (label: RegExp, text: string) => {
    await user.click(form.getByLabelText(label));
    await user.paste(text);
  };
  await fill(/Issuer/, 'https://id.example');
  await fill(/Client ID/, 'sealift');
  await fill(/Client secret/, 'hunter2');
  await fill(/Roles of groups/, 'ops king');
  await user.click(form.getByRole('button', { name: 'Try and save' }));
  await form.findByText(/is not of the form group = role/);
  await user.clear(form.getByLabelText(/Roles of groups/));
  await fill(/Roles of groups/, 'cn=ops,dc=x = operations');
  await user.click(form.getByRole('button', { name: 'Try and save' }));
  await screen.findByText('cn=ops,dc=x: Operations');
  expect(api.access.signOn).toMatchObject({
    clientSecret: 'hunter2',
    roles: [{ group: 'cn=ops,dc=x', role: 'operations' }],
  });
  expect(document.body.innerHTML).not.toContain('hunter2');
  await user.click(screen.getByRole('button', { name: 'Change' }));
  expect((await screen.findByLabelText<HTMLInputElement>(/Client secret/)).value).toBe('');
  // As the server takes it: elsewhere the stored secret is not sent.
  screen.getByText('Left empty: the stored one, while issuer, client ID, CA and further addresses stay as they are');
});

test('takes the CA of the provider from a file', async () => {
  const { user, api } = openPage('/administration/single-sign-on');
  const form = within(await screen.findByRole('form', { name: 'Change single sign-on' }));
  for (const [label, text] of [
    [/Issuer/, 'https://id.example'],
    [/Client ID/, 'sealift'],
    [/Client secret/, 'hunter2'],
    [/Roles of groups/, 'ops = operations'],
  ] as const) {
    await user.click(form.getByLabelText(label));
    await user.paste(text);
  }
  const ca = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
  const picker = document.querySelector<HTMLInputElement>('input[type="file"]');
  if (picker === null) throw new Error('no file is asked for');
  await user.upload(picker, new File([ca], 'ca.pem', { type: 'application/x-pem-file' }));
  await user.click(form.getByRole('button', { name: 'Try and save' }));
  await screen.findByText('ops: Operations');
  expect(api.access.signOn).toMatchObject({ ca });
});

test('the button is on the sign-in page only where it is set up, and leads to the provider', async () => {
  const { unmount } = openPage('/sign-in', (api) => {
    api.user = null;
  });
  await screen.findByRole('button', { name: 'Sign in' });
  expect(screen.queryByRole('link')).toBeNull();
  unmount();
  openPage('/sign-in?problem=SIGN_ON_NO_ROLE', (api) => {
    api.user = null;
    api.access.policy = { banner: 'Authorised use only.\nAll is logged.', secondPerson: false };
    const { request } = requestOf({
      ...formOf(view, 'https://c.example'),
      issuer: 'https://id.example',
      clientId: 'x',
      label: 'Company account',
      roles: 'a = root',
    }) as { request: object };
    api.access.signOn = request;
  });
  const button = await screen.findByRole('link', { name: 'Company account' });
  expect(button.getAttribute('href')).toBe('/api/v1/single-sign-on/start');
  screen.getByText('You are in no group that has a role in this console');
  screen.getByText(/Authorised use only/);
});

test('a code in the address that nobody knows puts no words of its own on the page', async () => {
  openPage('/sign-in?problem=<b>call+0800</b>', (api) => {
    api.user = null;
  });
  await screen.findByText('Single sign-on failed');
  expect(document.body.textContent).not.toContain('0800');
});
