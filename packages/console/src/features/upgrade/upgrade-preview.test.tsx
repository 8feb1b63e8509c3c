import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { editorText, openPage } from '../../../test/open-page.tsx';

const allSettled = [
  { path: ['controller', 'replicas'], take: 'incoming' as const },
  { path: ['controller', 'syncer', 'interval'], take: 'current' as const },
];

test('shows the runbook’s panes with the merge between them, at the layer with conflicts', async () => {
  const { user } = openPage('/updates/up-1');
  await user.click(await screen.findByRole('button', { name: 'Incoming and current' }));
  const incoming = await screen.findByRole('region', { name: 'Incoming changes' });
  const merged = screen.getByRole('region', { name: 'Merged result' });
  const current = screen.getByRole('region', { name: 'Current configuration' });
  await waitFor(() => expect(editorText(incoming)).toContain('replicas: 3'));
  expect(editorText(current)).toContain('replicas: 2');
  expect(editorText(merged)).toContain('--v=4');
  expect(editorText(merged)).toContain('datastoreUrl: ds:///vmfs/volumes/5f1/');
  screen.getByRole('button', { name: /vSphere CSI 2.6.0 → 2.7.1 2 conflicts/ });
});

test('takes a text pasted by hand, says what it loses, and goes back to the merge', async () => {
  const { user, api } = openPage('/updates/up-1?texts=cni-cni-calico', (fixture) => {
    fixture.edits.pasted.set('cni-cni-calico', 'podCIDR: 192.168.0.0/16\n');
  });
  const layer = within(await screen.findByRole('region', { name: 'Merge of Calico' }));
  await layer.findByText(/differs from the merge in 1 place/);
  layer.getByText(/loses this site’s value 10.244.0.0\/16/);
  await user.click(layer.getByRole('button', { name: 'Back to merge' }));
  await waitFor(() => expect(screen.queryByText(/differs from the merge/)).toBeNull());
  await user.click(layer.getByRole('button', { name: 'Paste here: Current configuration' }));
  await user.click(layer.getByRole('button', { name: 'Use this text' }));
  await layer.findByText(/it means the same as the merge/);
  expect(api.edits.pasted.get('cni-cni-calico')).toContain('podCIDR: 10.244.0.0/16');
});

test('says where a text does not fit its pack', async () => {
  const { user } = openPage('/updates/up-1?texts=cni-cni-calico', (fixture) => {
    fixture.edits.pasted.set('cni-cni-calico', 'podCIDR: 10.244.0.0/16\nmtu: many\n');
  });
  const layer = within(await screen.findByRole('region', { name: 'Merge of Calico' }));
  await layer.findByText(/does not fit its pack in 1 place;/);
  layer.getByText(/\(line 2\): the value is not a number/);
  await user.click(layer.getByRole('button', { name: 'Back to merge' }));
  await waitFor(() => expect(screen.queryByText(/does not fit its pack/)).toBeNull());
});

test('does not put a text in the place of what somebody else did meanwhile, and keeps it', async () => {
  const { user, api } = openPage('/updates/up-1?texts=cni-cni-calico');
  const layer = within(await screen.findByRole('region', { name: 'Merge of Calico' }));
  await user.click(await layer.findByRole('button', { name: 'Paste here: Current configuration' }));
  api.editElsewhere('ben', 'cni-cni-calico', { path: ['podCIDR'], take: 'incoming' });
  await user.click(layer.getByRole('button', { name: 'Use this text' }));
  await layer.findByText(/Calico was edited in another window/);
  layer.getByText(/podCIDR: incoming taken/);
  expect(api.edits.pasted.size).toBe(0);
  await user.click(layer.getByRole('button', { name: 'Use this text' }));
  await layer.findByText(/it means the same as the merge/);
});

test('goes on with a text that was typed and not saved', async () => {
  const { user } = openPage('/updates/up-1?texts=cni-cni-calico');
  await user.click(await screen.findByRole('button', { name: 'Edit by hand: Merged result' }));
  const editor = () =>
    within(screen.getByRole('region', { name: 'Merged result' })).queryByRole('button', { name: 'Use this text' });
  expect(editor()).not.toBeNull();
  await user.click(screen.getByRole('button', { name: /^Storage \(CSI\) vSphere CSI/ }));
  await screen.findByRole('region', { name: 'Merge of vSphere CSI' });
  expect(editor()).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Change review' }));
  await screen.findByRole('tree', { name: 'Decisions' });
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

test('is there to be read for a Viewer, who can settle nothing, and is told why', async () => {
  openPage('/updates/up-1', (fixture) => {
    fixture.drafted = true;
    fixture.role = 'viewer';
  });
  await screen.findByRole('tree', { name: 'Decisions' });
  const [keep] = await screen.findAllByRole('button', { name: /^Keep current/ });
  expect(keep?.getAttribute('aria-disabled')).toBe('true');
});

test('keeps in the address which part of it is looked at', async () => {
  const { user, address } = openPage('/updates/up-1', (fixture) => {
    fixture.drafted = true;
  });
  await user.click(await screen.findByRole('tab', { name: /^Plan/ }));
  expect(address()).toContain('part=plan');
});

test('shows what a layer comes to in the cluster, rendered only when it is asked for', async () => {
  const { user, api, address } = openPage('/updates/up-1?layer=cni-cni-calico', (fixture) => {
    fixture.drafted = true;
  });
  const toggle = await screen.findByRole('button', { name: 'Manifests' });
  expect(api.calls.filter((call) => call.endsWith('/manifests'))).toEqual([]);
  await user.click(toggle);
  const region = await screen.findByRole('region', { name: 'Manifests of Calico' });
  await within(region).findByText('With the merged values, 1 object');
  await waitFor(() => expect(address()).toContain('manifests=cni-cni-calico'));
  expect(api.calls.filter((call) => call.endsWith('/manifests'))).toHaveLength(1);
  await user.click(screen.getByRole('button', { name: /vSphere CSI/ }));
  await screen.findByText(/Settle the conflicts of this layer first/);
});

test('says why nothing can be rendered, and what to do', async () => {
  const { user } = openPage('/updates/up-1', (fixture) => {
    fixture.drafted = true;
    fixture.hasHelm = false;
  });
  await user.click(await screen.findByRole('button', { name: 'Manifests' }));
  await screen.findByText('What to do: Install helm on the machine of the console.');
});
