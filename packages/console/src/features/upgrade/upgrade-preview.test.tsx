import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { editorText, openPage } from '../../../test/open-page.tsx';

const allSettled = [
  { path: ['controller', 'replicas'], take: 'incoming' as const },
  { path: ['controller', 'syncer', 'interval'], take: 'current' as const },
];

test('opens at the layer with conflicts, with the runbook’s panes and the merge between them', async () => {
  openPage('/updates/up-1');
  const incoming = await screen.findByRole('region', { name: 'Incoming changes' });
  const merged = screen.getByRole('region', { name: 'Merged result' });
  const current = screen.getByRole('region', { name: 'Current configuration' });
  await waitFor(() => expect(editorText(incoming)).toContain('replicas: 3'));
  expect(editorText(current)).toContain('replicas: 2');
  expect(editorText(merged)).toContain('--v=4');
  expect(editorText(merged)).toContain('datastoreUrl: ds:///vmfs/volumes/5f1/');
  screen.getByRole('button', { name: /vSphere CSI 2.6.0 → 2.7.1 2 conflicts/ });
});

test('settles conflicts one by one, each can be opened again, and only then lets confirm', async () => {
  const { user, api } = openPage('/updates/up-1');
  const confirm = await screen.findByRole('button', { name: 'Confirm' });
  expect(confirm.getAttribute('aria-disabled')).toBe('true');
  screen.getByText('2 open conflicts in vSphere CSI', { exact: false });
  await user.click(await screen.findByRole('button', { name: 'Take incoming: controller.replicas' }));
  await screen.findByText(/1 open conflict in vSphere CSI/);
  await user.click(screen.getByRole('button', { name: 'Open again: controller.replicas' }));
  await screen.findByText(/2 open conflicts in vSphere CSI/);
  await user.click(screen.getByRole('button', { name: 'Keep current: controller.replicas' }));
  await screen.findByText(/1 open conflict in vSphere CSI/);
  await user.click(screen.getByRole('button', { name: 'Own value: controller.syncer.interval' }));
  await user.type(screen.getByRole('textbox', { name: 'Value for controller.syncer.interval, as YAML' }), '50s');
  await user.click(screen.getByRole('button', { name: 'Use value' }));
  await screen.findByText('Nothing is open. 4 customisations are kept.');
  expect(api.edits.resolutions.get('csi-csi-vsphere')).toEqual([
    { path: ['controller', 'replicas'], take: 'current' },
    { path: ['controller', 'syncer', 'interval'], value: '50s' },
  ]);
});

test('offers how a conflict was settled before, and uses it only when told to', async () => {
  const { user, api } = openPage('/updates/up-1');
  await screen.findByText('75s');
  expect(api.edits.resolutions.size).toBe(0);
  await user.click(screen.getByRole('button', { name: 'Use earlier choice: controller.syncer.interval' }));
  await screen.findByText(/1 open conflict in vSphere CSI/);
  expect(api.edits.resolutions.get('csi-csi-vsphere')).toEqual([
    { path: ['controller', 'syncer', 'interval'], value: '75s' },
  ]);
  expect(screen.queryByRole('button', { name: /Use earlier choice/ })).toBeNull();
});

test('lists every decision with its kind and reason', async () => {
  openPage('/updates/up-1?layer=cni-cni-calico');
  const decisions = within(await screen.findByRole('region', { name: 'Decisions' }));
  decisions.getByRole('button', { name: 'Show podCIDR' });
  expect(decisions.getAllByText('kept')).toHaveLength(2);
  decisions.getByText('The release adds it.');
});

test('takes a text pasted by hand, says what it loses, and goes back to the merge', async () => {
  const { user, api } = openPage('/updates/up-1?layer=cni-cni-calico', (fixture) => {
    fixture.edits.pasted.set('cni-cni-calico', 'podCIDR: 192.168.0.0/16\n');
  });
  await screen.findByText(/differs from the merge in 1 place/);
  screen.getByText(/loses this site’s value 10.244.0.0\/16/);
  await user.click(screen.getByRole('button', { name: 'Back to merge' }));
  await waitFor(() => expect(screen.queryByText(/differs from the merge/)).toBeNull());
  await user.click(screen.getByRole('button', { name: 'Paste here: Current configuration' }));
  await user.click(screen.getByRole('button', { name: 'Use this text' }));
  await screen.findByText(/it means the same as the merge/);
  expect(api.edits.pasted.get('cni-cni-calico')).toContain('podCIDR: 10.244.0.0/16');
});

test('says where a text does not fit its pack', async () => {
  const { user } = openPage('/updates/up-1?layer=cni-cni-calico', (fixture) => {
    fixture.edits.pasted.set('cni-cni-calico', 'podCIDR: 10.244.0.0/16\nmtu: many\n');
  });
  await screen.findByText(/does not fit its pack in 1 place;/);
  screen.getByText(/\(line 2\): the value is not a number/);
  await user.click(screen.getByRole('button', { name: 'Back to merge' }));
  await waitFor(() => expect(screen.queryByText(/does not fit its pack/)).toBeNull());
});

test('shows the plan with the point of no return, and the preflight with remedies', async () => {
  const { user, api } = openPage('/updates/up-1');
  await user.click(await screen.findByRole('tab', { name: 'Plan (10 steps)' }));
  const rows = within(screen.getByRole('grid', { name: 'Plan' })).getAllByRole('row');
  const line = rows.findIndex(({ textContent }) => (textContent ?? '').startsWith('Point of no return'));
  expect(rows[line + 1]?.textContent).toContain('One-way');
  await user.click(screen.getByRole('tab', { name: 'Preflight (1 of 3 not passed)' }));
  screen.getByText(/the upgrade imports it from the registry/);
  await user.click(screen.getByRole('button', { name: 'Look again' }));
  await waitFor(() => expect(api.looks).toBe(1));
});

test('says what will happen before it starts, and confirms exactly what was shown', async () => {
  const { user, api } = openPage('/updates/up-1', (fixture) => {
    fixture.edits.resolutions.set('csi-csi-vsphere', allSettled);
  });
  await user.click(await screen.findByRole('button', { name: 'Confirm' }));
  const dialog = within(await screen.findByRole('dialog'));
  dialog.getByText(/The console is locked for everybody/);
  dialog.getByText(/Every node is replaced/);
  dialog.getByText(/The point of no return is step 8/);
  dialog.getByText('e5'.repeat(32));
  await user.click(dialog.getByRole('button', { name: 'Start update' }));
  await screen.findByText(/Waiting for/);
  expect(api.calls).toContain('POST /upgrades/up-1/confirm');
});
