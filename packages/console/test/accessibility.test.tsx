import { screen } from '@testing-library/react';
import axe from 'axe-core';
import { expect, test } from 'vitest';
import type { FixtureApi } from './fixture/fixture-api.ts';
import { openPage } from './open-page.tsx';

interface Case {
  name: string;
  address: string;
  heading?: string;
  prepare?: (api: FixtureApi) => void;
}

const cases: readonly Case[] = [
  { name: 'Sign in', address: '/sign-in', prepare: (api) => void (api.user = null) },
  { name: 'Summary', address: '/' },
  { name: 'Profile', address: '/cluster/profile' },
  { name: 'Nodes', address: '/cluster/nodes' },
  { name: 'Overview', address: '/cluster/overview' },
  { name: 'Events', address: '/cluster/events' },
  { name: 'Kubernetes Config File', address: '/cluster/kubeconfig' },
  { name: 'Site Settings', address: '/administration/site' },
  { name: 'Update Management', address: '/updates' },
  { name: 'the preview', address: '/updates/up-1', heading: 'Harborview version update' },
  {
    name: 'the progress',
    address: '/updates/up-1',
    heading: 'Harborview version update',
    prepare: (api) => void (api.progress = 3),
  },
  { name: 'Gateways', address: '/gateways' },
  { name: 'Pack Registries', address: '/administration/registries' },
  { name: 'Packs', address: '/administration/packs' },
  { name: 'Trusted Keys', address: '/administration/trusted-keys' },
  { name: 'Accounts and Roles', address: '/administration/accounts' },
  { name: 'API Tokens', address: '/administration/tokens' },
  { name: 'Single Sign-On', address: '/administration/single-sign-on' },
  { name: 'SMTP and Webhooks', address: '/administration/notifications' },
  { name: 'Login Banner', address: '/administration/login-banner' },
  { name: 'Your Account', address: '/account' },
  { name: 'Choose your password', address: '/set-password', prepare: (api) => void (api.user = null) },
  { name: 'Backup', address: '/administration/backups' },
  { name: 'Support Bundle', address: '/administration/support' },
  { name: 'Certificates', address: '/administration/certificates' },
  { name: 'Audit Log', address: '/administration/audit' },
];

// Colours need a layout; the browser tests look at those.
const rules = { 'color-contrast': { enabled: false } };

test.each(cases)('$name has no accessibility fault that shows without a layout', async (page) => {
  const { container, client } = openPage(page.address, page.prepare);
  await screen.findByRole('heading', { name: page.heading ?? page.name, level: 1 });
  await expect.poll(() => client.isFetching()).toBe(0);
  const { violations } = await axe.run(container, { rules });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
});
