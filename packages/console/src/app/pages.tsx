import type { Permission } from '@sealift/core/api';
import type { ComponentType } from 'react';
import { SummaryPage } from '../features/summary/summary-page.tsx';
import { lazyPage } from '../components/lazy-page.ts';

const AccountsPage = lazyPage('AccountsPage', () => import('../features/accounts/accounts-page.tsx'));
const AdoptPage = lazyPage('AdoptPage', () => import('../features/adoption/adopt-page.tsx'));
const ApiTokensPage = lazyPage('ApiTokensPage', () => import('../features/api-tokens/api-tokens-page.tsx'));
const AuditLogPage = lazyPage('AuditLogPage', () => import('../features/audit-log/audit-log-page.tsx'));
const BackupsPage = lazyPage('BackupsPage', () => import('../features/backups/backups-page.tsx'));
const CertificatesPage = lazyPage('CertificatesPage', () => import('../features/certificates/certificates-page.tsx'));
const ClusterEventsPage = lazyPage(
  'ClusterEventsPage',
  () => import('../features/cluster-events/cluster-events-page.tsx'),
);
const ClusterOverviewPage = lazyPage(
  'ClusterOverviewPage',
  () => import('../features/cluster-overview/cluster-overview-page.tsx'),
);
const GatewaysPage = lazyPage('GatewaysPage', () => import('../features/gateways/gateways-page.tsx'));
const KubeconfigPage = lazyPage('KubeconfigPage', () => import('../features/kubeconfig/kubeconfig-page.tsx'));
const LoginBannerPage = lazyPage('LoginBannerPage', () => import('../features/login-banner/login-banner-page.tsx'));
const NodesPage = lazyPage('NodesPage', () => import('../features/nodes/nodes-page.tsx'));
const NotificationsPage = lazyPage(
  'NotificationsPage',
  () => import('../features/notifications/notifications-page.tsx'),
);
const OwnAccountPage = lazyPage('OwnAccountPage', () => import('../features/own-account/own-account-page.tsx'));
const PackRegistriesPage = lazyPage(
  'PackRegistriesPage',
  () => import('../features/pack-registries/pack-registries-page.tsx'),
);
const PacksPage = lazyPage('PacksPage', () => import('../features/packs/packs-page.tsx'));
const PreparePage = lazyPage('PreparePage', () => import('../features/upgrade/prepare/prepare-page.tsx'));
const ProfilePage = lazyPage('ProfilePage', () => import('../features/profile/profile-page.tsx'));
const RegistryContentPage = lazyPage(
  'RegistryContentPage',
  () => import('../features/registry-content/registry-content-page.tsx'),
);
const SingleSignOnPage = lazyPage(
  'SingleSignOnPage',
  () => import('../features/single-sign-on/single-sign-on-page.tsx'),
);
const SiteSettingsPage = lazyPage('SiteSettingsPage', () => import('../features/site-settings/site-settings-page.tsx'));
const SupportPage = lazyPage('SupportPage', () => import('../features/support/support-page.tsx'));
const TrustedKeysPage = lazyPage('TrustedKeysPage', () => import('../features/trusted-keys/trusted-keys-page.tsx'));
const UpdateManagementPage = lazyPage(
  'UpdateManagementPage',
  () => import('../features/update-management/update-management-page.tsx'),
);
const UpgradePage = lazyPage('UpgradePage', () => import('../features/upgrade/upgrade-page.tsx'));

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
    path: '/cluster/adopt',
    title: 'Adopt a Platform',
    menu: 'none',
    permission: 'platform.read',
    component: AdoptPage,
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
    path: '/administration/registries/:name/:what',
    title: 'Repositories',
    menu: 'none',
    permission: 'registry.read',
    component: RegistryContentPage,
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
