import { SealiftError } from '@sealift/core/errors';
import type { Discovery } from '../objects/discovery.ts';
import { groups } from './names.ts';

/** The forms of Cluster API's kinds that are understood, the newer first. */
const understood = ['v1beta2', 'v1beta1'] as const;

/** In which API versions Cluster API is spoken here, such as `cluster.x-k8s.io/v1beta2`. */
export interface ServedClusterApi {
  readonly core: string;
  readonly controlPlane: string;
}

/**
 * Which of the forms that are understood this cluster serves. Not the one that it prefers: it may serve a newer one beside them.
 *
 * @throws CLUSTER_API_UNSERVED, KUBERNETES_…
 */
export async function servedClusterApi(discovery: Discovery, cancel?: AbortSignal): Promise<ServedClusterApi> {
  const [core, controlPlane] = [
    await understoodVersion(discovery, groups.core, cancel),
    await understoodVersion(discovery, groups.controlPlane, cancel),
  ];
  return { core, controlPlane };
}

/**
 * In which API version a kind of a provider is served, preferred first; undefined where it is not.
 *
 * @param asWritten where a reference names one, it is taken as long as it is served
 * @throws KUBERNETES_…
 */
export async function servedKind(
  discovery: Discovery,
  {
    group,
    kind,
    asWritten,
  }: { readonly group: string; readonly kind: string; readonly asWritten?: string | undefined },
  cancel?: AbortSignal,
): Promise<string | undefined> {
  const offered = (await discovery.versions(group, cancel)).map((version) => `${group}/${version}`);
  const inOrder = asWritten !== undefined && offered.includes(asWritten) ? [asWritten, ...offered] : offered;
  for (const apiVersion of inOrder) {
    if ((await discovery.resource({ apiVersion, kind }, cancel)) !== undefined) return apiVersion;
  }
  return undefined;
}

async function understoodVersion(
  discovery: Discovery,
  group: string,
  cancel: AbortSignal | undefined,
): Promise<string> {
  const offered = await discovery.versions(group, cancel);
  const version = understood.find((one) => offered.includes(one));
  if (version !== undefined) return `${group}/${version}`;
  const found = offered.length === 0 ? 'not at all' : `as ${offered.join(', ')}`;
  throw new SealiftError('CLUSTER_API_UNSERVED', { values: { group, found, understood: understood.join(' and ') } });
}
