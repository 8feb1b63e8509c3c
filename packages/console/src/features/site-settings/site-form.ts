import type { SitePlaces, SiteRequest, SiteView } from '@sealift/core/api';

/** Which certificates of vCenter are trusted. */
export type TrustChoice = 'machine' | 'ca' | 'thumbprint';

/** Where the access to a cluster comes from: `same` is the enterprise cluster itself. */
export type AccessChoice = 'stored' | 'kubeconfig' | 'machine' | 'same';

/** What is typed for the access to a cluster. */
export interface AccessForm {
  readonly choice: AccessChoice;
  readonly text: string;
  readonly context: string;
}

/** What is typed for a site; empty texts are left out. */
export interface SiteForm {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly trust: TrustChoice;
  readonly ca: string;
  readonly thumbprint: string;
  readonly places: Readonly<Record<keyof SitePlaces, string>>;
  readonly enterprise: AccessForm;
  readonly management: AccessForm;
  /** `namespace/name` */
  readonly clusterName: string;
}

export const placeKeys = ['datacenter', 'folder', 'cluster', 'resourcePool', 'datastore', 'network'] as const;

/** The form as it is opened: what is stored, without secrets. */
export function formOf({ settings }: SiteView): SiteForm {
  const access = (choice: AccessChoice): AccessForm => ({ choice, text: '', context: '' });
  const { vcenter, places, enterprise, management, clusterName } = settings ?? {};
  return {
    url: vcenter?.url ?? 'https://',
    username: vcenter?.username ?? '',
    password: '',
    trust: vcenter?.thumbprint ? 'thumbprint' : vcenter?.ca ? 'ca' : 'machine',
    ca: vcenter?.ca ?? '',
    thumbprint: vcenter?.thumbprint ?? '',
    places: {
      datacenter: places?.datacenter ?? '',
      folder: places?.folder ?? '',
      cluster: places?.cluster ?? '',
      resourcePool: places?.resourcePool ?? '',
      datastore: places?.datastore ?? '',
      network: places?.network ?? '',
    },
    enterprise: access(enterprise === undefined ? 'kubeconfig' : enterprise.server === null ? 'machine' : 'stored'),
    management: access(management === undefined || management === null ? 'same' : 'stored'),
    clusterName: clusterName ? `${clusterName.namespace}/${clusterName.name}` : '',
  };
}

/** The vCenter of a form, as it is asked for. */
export function vcenterOf({ url, username, password, trust, ca, thumbprint }: SiteForm): SiteRequest['vcenter'] {
  return {
    url: url.trim(),
    username: username.trim(),
    ...(password === '' ? {} : { password }),
    ca: trust === 'ca' ? ca : null,
    thumbprint: trust === 'thumbprint' ? thumbprint.trim() : null,
  };
}

/** What a form asks for. */
export function requestOf(form: SiteForm, revision: number): SiteRequest {
  const { places, enterprise, management, clusterName } = form;
  const named = (text: string): string | null => (text.trim() === '' ? null : text.trim());
  const [namespace = '', ...rest] = clusterName.trim().split('/');
  return {
    revision,
    vcenter: vcenterOf(form),
    places: {
      datacenter: named(places.datacenter),
      folder: named(places.folder),
      cluster: named(places.cluster),
      resourcePool: named(places.resourcePool),
      datastore: named(places.datastore),
      network: named(places.network),
    },
    ...accessOf('enterprise', enterprise),
    ...accessOf('management', management),
    clusterName: clusterName.trim() === '' ? null : { namespace, name: rest.join('/') },
  };
}

function accessOf(field: 'enterprise' | 'management', { choice, text, context }: AccessForm): Partial<SiteRequest> {
  if (choice === 'stored') return {};
  if (choice !== 'kubeconfig') return { [field]: null };
  return { [field]: { text, ...(context.trim() === '' ? {} : { context: context.trim() }) } };
}
