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

/** Which variables packs get. */
export type VariablesChoice = 'none' | 'stored' | 'given';

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
  /** `host[:port][/path]` */
  readonly imageRegistry: string;
  /** `namespace/name` */
  readonly pullSecret: string;
  readonly variables: { readonly choice: VariablesChoice; readonly text: string };
}

export const placeKeys = ['datacenter', 'folder', 'cluster', 'resourcePool', 'datastore', 'network'] as const;

/** The form as it is opened: what is stored, without secrets. */
export function formOf({ settings }: SiteView): SiteForm {
  const access = (choice: AccessChoice): AccessForm => ({ choice, text: '', context: '' });
  const { vcenter, places, enterprise, management, clusterName, imageRegistry, variables } = settings ?? {};
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
    clusterName: namespacedText(clusterName),
    imageRegistry: imageRegistry?.address ?? '',
    pullSecret: namespacedText(imageRegistry?.pullSecret),
    variables: { choice: variables ? 'stored' : 'none', text: '' },
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

/** What a form asks for. @param startedWith what came with the start of the console, which nobody gives here */
export function requestOf(form: SiteForm, revision: number, startedWith: SiteView['startedWith'] = []): SiteRequest {
  const { places, enterprise, management, clusterName } = form;
  const named = (text: string): string | null => (text.trim() === '' ? null : text.trim());
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
    clusterName: namespacedOf(clusterName),
    ...(startedWith.includes('imageRegistry') ? {} : { imageRegistry: imageRegistryOf(form) }),
    ...(startedWith.includes('variables') ? {} : variablesOf(form)),
  };
}

function imageRegistryOf({ imageRegistry, pullSecret }: SiteForm): SiteRequest['imageRegistry'] {
  const address = imageRegistry.trim();
  return address === '' ? null : { address, pullSecret: namespacedOf(pullSecret) };
}

function variablesOf({ variables: { choice, text } }: SiteForm): Pick<SiteRequest, 'variables'> {
  if (choice === 'stored') return {};
  return { variables: choice === 'none' ? null : text };
}

interface Namespaced {
  readonly namespace: string;
  readonly name: string;
}

/** `namespace/name` as it is asked for; null for an empty text. */
function namespacedOf(text: string): Namespaced | null {
  const [namespace = '', ...rest] = text.trim().split('/');
  return text.trim() === '' ? null : { namespace, name: rest.join('/') };
}

/** The text that `namespacedOf` reads back; empty for none. */
export function namespacedText(named: Namespaced | null | undefined): string {
  return named ? `${named.namespace}/${named.name}` : '';
}

function accessOf(field: 'enterprise' | 'management', { choice, text, context }: AccessForm): Partial<SiteRequest> {
  if (choice === 'stored') return {};
  if (choice !== 'kubeconfig') return { [field]: null };
  return { [field]: { text, ...(context.trim() === '' ? {} : { context: context.trim() }) } };
}
