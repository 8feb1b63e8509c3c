import type { SiteAccessView, SiteView } from '@sealift/core/api';
import type { KubeconfigChoice } from '@sealift/kubernetes/access';
import { formatImageRegistry } from '@sealift/site/image-registry';
import type { SiteSettings } from '@sealift/site/settings';
import type { ClusterSettings } from '../platform/cluster.ts';
import { imageRegistryOf, type StartedWith } from './site-settings.ts';
import type { Db } from '../store/store.ts';
import { readStoredSite, type SiteDocument } from './stored-site.ts';

const ofMachine = 'what kubectl finds on the machine of the console, or the account of its pod';

/** The settings of the site that hold, without any secret. @throws RECORD_DAMAGED */
export async function siteView(
  db: Db,
  options: ClusterSettings | undefined,
  startedWith: StartedWith,
): Promise<SiteView> {
  if (options !== undefined) return viewOfOptions(options);
  const { revision, document, changedBy, changedAt } = await readStoredSite(db);
  return {
    source: document === null ? 'none' : 'console',
    fixed: null,
    revision,
    settings: document === null ? null : viewOfDocument(document, startedWith),
    startedWith: (['imageRegistry', 'variables'] as const).filter((field) => startedWith[field] !== undefined),
    changedBy,
    changedAt: changedAt?.toISOString() ?? null,
  };
}

function viewOfDocument(
  { vcenter, enterprise, management, ...rest }: SiteDocument,
  startedWith: StartedWith,
): NonNullable<SiteView['settings']> {
  const { places, clusterName, imageRegistry, variables } = rest;
  const access = (one: SiteDocument['enterprise']): SiteAccessView =>
    one === null
      ? { server: null, from: ofMachine }
      : { server: one.server, from: 'the kubeconfig that was given here' };
  return {
    vcenter: { ...vcenter, trust: trustOf(vcenter) },
    places,
    enterprise: access(enterprise),
    management: management === null ? null : access(management),
    clusterName,
    imageRegistry: registryView(startedWith.imageRegistry ?? imageRegistryOf(imageRegistry)),
    variables:
      variables === undefined || startedWith.variables !== undefined
        ? variablesView(startedWith.variables)
        : { names: variables, from: 'what was given here' },
  };
}

function viewOfOptions({ simulatorUrl, site }: ClusterSettings): SiteView {
  const fixed =
    simulatorUrl === undefined
      ? 'The console was started with these settings (--vcenter, --kubeconfig): they hold.'
      : 'The console was started with a simulated cluster (--simulator).';
  const settings = site === undefined ? null : viewOfSettings(site);
  return { source: 'options', fixed, revision: 0, settings, startedWith: [], changedBy: null, changedAt: null };
}

function viewOfSettings(site: SiteSettings): NonNullable<SiteView['settings']> {
  const { places, networks, enterprise = {}, management, cluster } = site;
  const vcenter = {
    url: site.url,
    username: site.username,
    ca: null,
    thumbprint: site.thumbprint ?? null,
  };
  return {
    vcenter: { ...vcenter, trust: trustOf({ ...vcenter, caFile: site.caFile }) },
    places: {
      datacenter: places.datacenter ?? null,
      folder: places.folder ?? null,
      cluster: places.cluster ?? null,
      resourcePool: places.resourcePool ?? null,
      datastore: places.datastore ?? null,
      network: networks.length === 0 ? null : networks.join(', '),
    },
    enterprise: accessOf(enterprise),
    management: management === undefined ? null : accessOf(management),
    clusterName: cluster ?? null,
    imageRegistry: registryView(site.imageRegistry),
    variables: variablesView(site.variables),
  };
}

function registryView(registry: SiteSettings['imageRegistry']): NonNullable<SiteView['settings']>['imageRegistry'] {
  if (registry === undefined) return null;
  return { address: formatImageRegistry(registry), pullSecret: registry.pullSecret ?? null };
}

/** Of variables that came with the start of the console, which are in a file. */
function variablesView(variables: SiteSettings['variables']): NonNullable<SiteView['settings']>['variables'] {
  if (variables === undefined) return null;
  return {
    names: null,
    from: 'file' in variables ? `the file ${variables.file}` : 'what the console was started with',
  };
}

function accessOf({ kubeconfig, context }: KubeconfigChoice): SiteAccessView {
  const file = kubeconfig === undefined ? ofMachine : `the kubeconfig ${kubeconfig}`;
  return { server: null, from: context === undefined ? file : `${file}, context ${context}` };
}

function trustOf(of: {
  readonly ca: string | null;
  readonly thumbprint: string | null;
  readonly caFile?: string | undefined;
}) {
  if (of.thumbprint !== null) return 'one certificate, by its SHA-256 thumbprint';
  if (of.caFile !== undefined) return `the CA in ${of.caFile}, and those of the machine`;
  return of.ca === null ? 'the CAs of the machine' : 'the CA that was given here, and those of the machine';
}
