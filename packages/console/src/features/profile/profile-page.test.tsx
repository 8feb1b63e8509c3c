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
