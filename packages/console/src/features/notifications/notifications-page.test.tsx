import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { newKey } from '../../../test/fixture/notifications.ts';
import { openPage } from '../../../test/open-page.tsx';

const address = '/administration/notifications';

test('adds a webhook, and shows its key this once', async () => {
  const { user, api } = openPage(address);
  await user.click(await screen.findByRole('button', { name: 'Add a subscription' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.type(dialog.getByLabelText(/Name/), 'Chat');
  await user.clear(dialog.getByLabelText(/^Address/));
  await user.type(dialog.getByLabelText(/^Address/), 'https://hooks.example/a');
  await user.click(dialog.getByLabelText(/Release found/));
  await user.click(dialog.getByRole('button', { name: 'Save' }));
  expect((await dialog.findByRole<HTMLInputElement>('textbox', { name: 'The signing key' })).value).toBe(newKey);
  await user.click(dialog.getByRole('button', { name: 'Done' }));
  expect(document.body.innerHTML).not.toContain(newKey);
  const asked = api.notifications.asked as { kinds: string[]; target: object };
  expect(asked.target).toEqual({ via: 'webhook', url: 'https://hooks.example/a', ca: null });
  expect([asked.kinds.includes('release.found'), asked.kinds.includes('upgrade.failed')]).toEqual([false, true]);
  await screen.findByRole('button', { name: 'Actions for Chat' });
});

test('edits a subscription as it was seen, and removes it', async () => {
  const { user, api } = openPage(address);
  const act = async (item: string) => {
    await user.click(await screen.findByRole('button', { name: 'Actions for On call' }));
    await user.click(await screen.findByRole('menuitem', { name: item }));
    return within(await screen.findByRole('dialog'));
  };
  const edit = await act('Edit');
  const boxes = edit.getByLabelText<HTMLTextAreaElement>(/Mailboxes/);
  expect(boxes.value).toBe('ops@example.org\nnew@example.org');
  await user.clear(boxes);
  await user.type(boxes, 'all@example.org');
  await user.click(edit.getByRole('button', { name: 'Save' }));
  await screen.findByText('all@example.org');
  expect(api.notifications.asked).toEqual({
    name: 'On call',
    kinds: ['upgrade.needs-person', 'backup.failed'],
    target: { via: 'mail', to: ['all@example.org'] },
  });
  await user.click((await act('Remove')).getByRole('button', { name: 'Remove' }));
  await screen.findByRole('heading', { name: 'Nobody is told yet' });
});

test('shows what was answered to a test, as it is or with its remedy', async () => {
  const { user, api } = openPage(address);
  const send = async () => {
    await user.click(await screen.findByRole('button', { name: 'Actions for On call' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Send a test event' }));
  };
  await send();
  await screen.findByText('ops@example.org: 250 OK');
  const detail = 'the mail server refuses the mail';
  api.notifications.refusal = {
    status: 502,
    body: { type: 'x', title: 'x', status: 502, code: 'MAIL_REFUSED', detail, hint: 'Correct it.', next: 'retry' },
  };
  await send();
  await screen.findByText('What to do: Correct it.');
  expect(screen.queryByText('ops@example.org: 250 OK')).toBeNull();
});

test('sends what was given up again', async () => {
  const { user } = openPage(address);
  const table = within(await screen.findByRole('grid', { name: 'Deliveries' }));
  table.getByText('550 5.1.1 nobody here');
  await user.click(table.getByRole('button', { name: 'Send again to new@example.org' }));
  await table.findByText('Waiting');
});

test('sets and tries the mail server, whose password is never shown', async () => {
  const { user, api } = openPage(address);
  await user.click(await screen.findByRole('button', { name: 'Set the mail server' }));
  const form = within(screen.getByRole('form', { name: 'Change the mail server' }));
  await user.selectOptions(form.getByLabelText(/Encryption/), 'tls');
  expect(form.getByLabelText<HTMLInputElement>(/Port/).value).toBe('465');
  for (const [label, text] of [
    [/^Server/, 'mail.example.org'],
    [/^User/, 'sealift'],
    [/^Password/, 'hunter2'],
    [/Mail comes from/, 'sealift@example.org'],
  ] as const)
    await user.type(form.getByLabelText(label), text);
  await user.click(form.getByRole('button', { name: 'Save' }));
  await screen.findByText(/mail.example.org:465, TLS from the start, as sealift/);
  expect(api.notifications.asked).toMatchObject({ password: 'hunter2', port: 465 });
  await user.type(screen.getByLabelText(/Test mail to/), 'ops@example.org');
  await user.click(screen.getByRole('button', { name: 'Send a test mail' }));
  await screen.findByText('250 OK for ops@example.org');
  expect(document.body.innerHTML).not.toContain('hunter2');
});

test('lets a Root alone say where webhooks may go', async () => {
  const { user, api, unmount } = openPage(address);
  await user.click(await screen.findByRole('button', { name: 'Change where they may go' }));
  await user.type(screen.getByLabelText(/^Allowed addresses of this machine/), 'http://127.0.0.1:9000');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('http://127.0.0.1:9000');
  expect(api.notifications.policy.allowed).toEqual([
    { origin: 'https://hooks.example', local: false },
    { origin: 'http://127.0.0.1:9000', local: true },
  ]);
  unmount();
  openPage(address, (other) => void (other.role = 'operations'));
  const button = await screen.findByRole('button', { name: 'Change where they may go' });
  expect(button.getAttribute('aria-disabled')).toBe('true');
});
