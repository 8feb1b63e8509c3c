import { EditorView } from '@codemirror/view';
import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { editorText, openPage } from '../../../test/open-page.tsx';

test('shows each layer with its values and how many of them are customised', async () => {
  const { user } = openPage('/cluster/profile');
  const layers = within(await screen.findByRole('navigation', { name: 'Layers' }));
  layers.getByRole('button', { name: /Operating system Ubuntu 22.04 default/ });
  await user.click(layers.getByRole('button', { name: /Calico 3.25.0 customised \(2\)/ }));
  const detail = screen.getByRole('region', { name: 'Network (CNI): Calico 3.25.0' });
  await waitFor(() => expect(editorText(detail)).toContain('podCIDR: 10.244.0.0/16'));
});

test('shows the difference to the default side by side', async () => {
  const { user } = openPage('/cluster/profile?layer=k8s-kubernetes');
  await user.click(await screen.findByRole('button', { name: 'Difference to default' }));
  const shadow = document.querySelector('.diff-body')?.shadowRoot;
  const sides = [...(shadow?.querySelectorAll('.cm-content') ?? [])].map(({ textContent }) => textContent);
  expect(sides).toHaveLength(2);
  expect(sides[0]).toContain('10.96.0.0/12');
  expect(sides[1]).toContain('10.112.0.0/12');
});

test('says so when a layer runs its default values', async () => {
  const { user } = openPage('/cluster/profile');
  await user.click(await screen.findByRole('button', { name: 'Difference to default' }));
  screen.getByText(/default values unchanged/);
});

test('offers the export of all layers and of each', async () => {
  openPage('/cluster/profile');
  await screen.findByRole('button', { name: 'Export all' });
  screen.getByRole('button', { name: 'Export values of Ubuntu' });
  screen.getByRole('button', { name: 'Copy values of Ubuntu' });
});

async function edit(id = 'cni-cni-calico', name = 'Calico') {
  const page = openPage(`/cluster/profile?layer=${id}`);
  await page.user.click(await screen.findByRole('button', { name: `Edit values of ${name}` }));
  await screen.findByRole('button', { name: 'Look at the change' });
  return page;
}

/** Puts a text in the place of the one in the editor, as pasting it does. */
async function writeOver(text: string) {
  const holder = document.querySelector('.values-editor .code');
  const content = holder?.shadowRoot?.querySelector<HTMLElement>('.cm-content');
  const editor = content === null || content === undefined ? null : EditorView.findFromDOM(content);
  if (editor === null) throw new Error('there is no editor');
  editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  await Promise.resolve();
}

test('edits a layer’s values beside what its pack says, and makes a draft of them', async () => {
  const { user, api } = await edit();
  screen.getByText('The largest packet of the pods’ network');
  await writeOver('podCIDR: 10.1.0.0/16\nmtu: 9000\n');
  await screen.findByText('Fits the pack');
  await user.click(screen.getByRole('button', { name: 'Difference to what runs' }));
  const sides = [...(document.querySelector('.diff-body')?.shadowRoot?.querySelectorAll('.cm-content') ?? [])];
  expect(sides[1]?.textContent).toContain('10.1.0.0/16');
  await user.click(screen.getByRole('button', { name: 'Look at the change' }));
  await screen.findByRole('button', { name: 'Confirm' });
  expect(api.layerValues.applied).toBe('podCIDR: 10.1.0.0/16\nmtu: 9000\n');
});

test('what does not fit the pack is told at its line, and makes no draft', async () => {
  await edit();
  await writeOver('podCIDR: 10.1.0.0/16\nmtu: many\n');
  await screen.findByText('These values do not fit the pack');
  screen.getByRole('button', { name: 'Line 2' });
  expect(screen.getByRole('button', { name: 'Look at the change' }).getAttribute('aria-disabled')).toBe('true');
});

test('earlier values are shown beside those of now, and can be edited again', async () => {
  const { user } = await edit();
  await user.click(screen.getByRole('button', { name: 'History' }));
  await screen.findByText(/4.2.11 to 4.2.12/);
  await user.click(screen.getByRole('button', { name: 'Edit these values' }));
  const detail = screen.getByRole('region', { name: 'Network (CNI): Calico 3.25.0' });
  await waitFor(() => expect(editorText(detail)).toContain('podCIDR: 10.200.0.0/16'));
});

test('recorded values are applied again where an upgrade to others was ended early', async () => {
  const { user, api } = await edit('k8s-kubernetes', 'Kubernetes');
  await screen.findByText('As it runs now');
  expect(screen.getByRole('button', { name: 'Look at the change' })).toHaveProperty('disabled', true);
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  api.layerValues.endedEarly = true;
  await user.click(await screen.findByRole('button', { name: 'Edit values of Kubernetes' }));
  await screen.findByText(/Other values of this layer may run/);
  await user.click(screen.getByRole('button', { name: 'Look at the change' }));
  await waitFor(() => expect(api.layerValues.applied).toContain('10.112.0.0/12'));
});

test('what somebody else changed meanwhile is told, and what was typed stays', async () => {
  const { user, api } = await edit();
  await writeOver('podCIDR: 10.1.0.0/16\n');
  await screen.findByText('Fits the pack');
  api.layerValues.changed = true;
  await user.click(screen.getByRole('button', { name: 'Look at the change' }));
  await screen.findByText(/was changed by somebody else/);
  await waitFor(() => expect(editorText(screen.getByRole('region', { name: /Calico/ }))).toContain('10.1.0.0/16'));
});

test('a Viewer is not offered to edit', async () => {
  openPage('/cluster/profile?layer=cni-cni-calico', (api) => void (api.role = 'viewer'));
  await screen.findByRole('button', { name: 'Export values of Calico' });
  expect(screen.queryByRole('button', { name: 'Edit values of Calico' })).toBeNull();
});
