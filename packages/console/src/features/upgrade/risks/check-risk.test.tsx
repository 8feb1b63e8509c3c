import type { Check } from '@sealift/core/check';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../../test/open-page.tsx';

const budgets: Check = {
  name: 'disruption-budgets',
  title: 'Disruption budgets let nodes be drained',
  outcome: 'block',
  detail: '1 of 4 budgets would keep a drain waiting',
  remedy: 'Let it need one less.',
  risk: { consequence: 'The drain waits until somebody takes the pod away.', objects: ['PodDisruptionBudget shop/db'] },
};
const mend: Check = {
  name: 'helm',
  title: 'Helm is there',
  outcome: 'block',
  detail: 'It is not',
  remedy: 'Bring it.',
};

test('a finding that can be accepted is, with a reason and for what was shown, and that can be withdrawn', async () => {
  const { user, api } = openPage('/updates/up-1', (fixture) => {
    fixture.risky = [budgets, mend];
  });
  await user.click(await screen.findByRole('tab', { name: /Preflight/ }));
  expect(screen.getAllByRole('button', { name: /Accept this risk/ })).toHaveLength(1);
  await user.click(screen.getByRole('button', { name: `Accept this risk: ${budgets.title}` }));
  const dialog = within(await screen.findByRole('dialog'));
  dialog.getByText(/The drain waits until somebody takes the pod away/);
  dialog.getByText(/for these alone: PodDisruptionBudget shop\/db/);
  expect(dialog.getByRole('button', { name: 'Accept the risk' }).hasAttribute('disabled')).toBe(true);
  await user.type(dialog.getByRole('textbox'), 'one replica, taken away by hand');
  await user.click(dialog.getByRole('button', { name: 'Accept the risk' }));
  await screen.findByText(/by admin/);
  screen.getByText(/one replica, taken away by hand/);
  expect(screen.queryByRole('button', { name: /Accept this risk/ })).toBeNull();
  expect(api.risks[0]?.objects).toEqual(budgets.risk?.objects);
  await user.click(screen.getByRole('button', { name: `Withdraw the acceptance: ${budgets.title}` }));
  await waitFor(() => expect(api.risks).toEqual([]));
  await screen.findByRole('button', { name: /Accept this risk/ });
});

test('it is accepted until a time that is given whole; what is wrong with that is said at its field', async () => {
  const { user, api } = openPage('/updates/up-1', (fixture) => {
    fixture.risky = [budgets];
  });
  await user.click(await screen.findByRole('tab', { name: /Preflight/ }));
  await user.click(screen.getByRole('button', { name: `Accept this risk: ${budgets.title}` }));
  const dialog = within(await screen.findByRole('dialog'));
  dialog.getByRole('radio', { name: 'the upgrade ends', checked: true });
  await user.type(dialog.getByRole('textbox', { name: /Reason/ }), 'taken away by hand');
  await user.click(dialog.getByRole('radio', { name: 'a day and time' }));
  const end = dialog.getByLabelText(/End of the acceptance/);
  const accept = dialog.getByRole('button', { name: 'Accept the risk' });
  const said = () => document.getElementById(end.getAttribute('aria-describedby') ?? '')?.textContent;
  await user.click(accept);
  expect(said()).toContain('Give a day and a time');
  expect(api.calls.filter((call) => call.startsWith('PUT'))).toEqual([]);
  fireEvent.change(end, { target: { value: '2026-11-20T10:00' } });
  expect(said()).toContain('At most 30 days ahead');
  await user.click(accept);
  await waitFor(() => expect(said()).toContain('it has to lie ahead'));
  expect(dialog.queryByRole('alert')).toBeNull();
  fireEvent.change(end, { target: { value: '2026-11-24T10:00' } });
  await user.click(accept);
  await screen.findByText(/by admin/);
  expect(api.risks[0]?.expiresAt).toBe(new Date('2026-11-24T10:00').toISOString());
});
