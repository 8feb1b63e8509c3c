import type { Permission } from '@sealift/core/api';
import { type ComponentType, lazy } from 'react';
import { AccountsPage } from '../features/accounts/accounts-page.tsx';
import { ApiTokensPage } from '../features/api-tokens/api-tokens-page.tsx';
import { AuditLogPage } from '../features/audit-log/audit-log-page.tsx';
import { BackupsPage } from '../features/backups/backups-page.tsx';
import { CertificatesPage } from '../features/certificates/certificates-page.tsx';
import { ClusterEventsPage } from '../features/cluster-events/cluster-events-page.tsx';
import { ClusterOverviewPage } from '../features/cluster-overview/cluster-overview-page.tsx';
import { GatewaysPage } from '../features/gateways/gateways-page.tsx';
import { KubeconfigPage } from '../features/kubeconfig/kubeconfig-page.tsx';
import { LoginBannerPage } from '../features/login-banner/login-banner-page.tsx';
import { NodesPage } from '../features/nodes/nodes-page.tsx';
import { NotificationsPage } from '../features/notifications/notifications-page.tsx';
import { OwnAccountPage } from '../features/own-account/own-account-page.tsx';
import { PackRegistriesPage } from '../features/pack-registries/pack-registries-page.tsx';
import { PacksPage } from '../features/packs/packs-page.tsx';
import { SingleSignOnPage } from '../features/single-sign-on/single-sign-on-page.tsx';
import { SiteSettingsPage } from '../features/site-settings/site-settings-page.tsx';
import { SupportPage } from '../features/support/support-page.tsx';
import { SummaryPage } from '../features/summary/summary-page.tsx';
import { TrustedKeysPage } from '../features/trusted-keys/trusted-keys-page.tsx';
import { PreparePage } from '../features/upgrade/prepare/prepare-page.tsx';
import { UpdateManagementPage } from '../features/update-management/update-management-page.tsx';

// The pages with the code editor are loaded when they are first opened.
const ProfilePage = lazy(async () => ({ default: (await import('../features/profile/profile-page.tsx')).ProfilePage }));
const UpgradePage = lazy(async () => ({ default: (await import('../features/upgrade/upgrade-page.tsx')).UpgradePage }));

/** A page for whoever is signed in. */
export interface PageEntry {
  readonly path: string;
  readonly title: string;
  /** Where the Main Menu lists it: in a group, by itself, or not at all. */
  readonly menu: 'Enterprise Cluster' | 'Administration' | 'alone' | 'none';
  /** What an account has to be allowed to see it. */
  readonly permission: Permission;
  readonly component: ComponentType;
}

/** Every page, in the order of the Main Menu, in the runbook's words. Routes, menu and titles come from here. */
export const pages: readonly PageEntry[] = [
  { path: '/', title: 'Summary', menu: 'alone', permission: 'platform.read', component: SummaryPage },
  {
    path: '/cluster/overview',
    title: 'Overview',
    menu: 'Enterprise Cluster',
    permission: 'platform.read',
    component: ClusterOverviewPage,
  },
  {
    path: '/cluster/profile',
    title: 'Profile',
    menu: 'Enterprise Cluster',
    permission: 'platform.read',
    component: ProfilePage,
  },
  {
    path: '/cluster/nodes',
    title: 'Nodes',
    menu: 'Enterprise Cluster',
    permission: 'platform.read',
    component: NodesPage,
  },
  {
    path: '/cluster/events',
    title: 'Events',
    menu: 'Enterprise Cluster',
    permission: 'platform.read',
    component: ClusterEventsPage,
  },
  {
    path: '/cluster/kubeconfig',
    title: 'Kubernetes Config File',
    menu: 'Enterprise Cluster',
    permission: 'cluster.kubeconfig',
    component: KubeconfigPage,
  },
  {
    path: '/updates',
    title: 'Update Management',
    menu: 'alone',
    permission: 'upgrades.read',
    component: UpdateManagementPage,
  },
  {
    path: '/updates/prepare/:version',
    title: 'Update',
    menu: 'none',
    permission: 'upgrades.prepare',
    component: PreparePage,
  },
  { path: '/updates/:id', title: 'Upgrade', menu: 'none', permission: 'upgrades.read', component: UpgradePage },
  { path: '/gateways', title: 'Gateways', menu: 'alone', permission: 'gateways.read', component: GatewaysPage },
  {
    path: '/administration/site',
    title: 'Site Settings',
    menu: 'Administration',
    permission: 'site.read',
    component: SiteSettingsPage,
  },
  {
    path: '/administration/registries',
    title: 'Pack Registries',
    menu: 'Administration',
    permission: 'catalogue.read',
    component: PackRegistriesPage,
  },
  {
    path: '/administration/packs',
    title: 'Packs',
    menu: 'Administration',
    permission: 'catalogue.read',
    component: PacksPage,
  },
  {
    path: '/administration/trusted-keys',
    title: 'Trusted Keys',
    menu: 'Administration',
    permission: 'trusted-keys.read',
    component: TrustedKeysPage,
  },
  {
    path: '/administration/accounts',
    title: 'Accounts and Roles',
    menu: 'Administration',
    permission: 'accounts.read',
    component: AccountsPage,
  },
  {
    path: '/administration/tokens',
    title: 'API Tokens',
    menu: 'Administration',
    permission: 'api-tokens.own',
    component: ApiTokensPage,
  },
  {
    path: '/administration/single-sign-on',
    title: 'Single Sign-On',
    menu: 'Administration',
    permission: 'single-sign-on.read',
    component: SingleSignOnPage,
  },
  {
    path: '/administration/certificates',
    title: 'Certificates',
    menu: 'Administration',
    permission: 'certificates.read',
    component: CertificatesPage,
  },
  {
    path: '/administration/backups',
    title: 'Backup',
    menu: 'Administration',
    permission: 'backups.read',
    component: BackupsPage,
  },
  {
    path: '/administration/notifications',
    title: 'SMTP and Webhooks',
    menu: 'Administration',
    permission: 'notifications.read',
    component: NotificationsPage,
  },
  {
    path: '/administration/login-banner',
    title: 'Login Banner',
    menu: 'Administration',
    permission: 'access-policy.change',
    component: LoginBannerPage,
  },
  {
    path: '/administration/audit',
    title: 'Audit Log',
    menu: 'Administration',
    permission: 'audit.read',
    component: AuditLogPage,
  },
  {
    path: '/administration/support',
    title: 'Support Bundle',
    menu: 'Administration',
    permission: 'support.read',
    component: SupportPage,
  },
  { path: '/account', title: 'Your Account', menu: 'none', permission: 'session.own', component: OwnAccountPage },
];
