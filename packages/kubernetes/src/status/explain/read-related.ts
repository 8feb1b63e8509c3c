import { z } from 'zod';
import { type KubernetesClient, objectPath } from '../../connection/client.ts';
import type { Discovery } from '../../objects/discovery.ts';
import { groupVersionOf, type KubeObject } from '../../objects/object.ts';
import { serviceName, servicesOf } from '../kinds/webhooks.ts';
import type { Related } from '../related.ts';
import { readEvents, readOne, readSome, readWhole } from './read-some.ts';
import { selectorOf } from './selector.ts';
import { isWell } from './worst.ts';

/** Of so many pods that are not well, events and claims are read; one reason is shown. */
const podsMost = 5;
const claimsMost = 10;
const servicesMost = 20;

export interface ReadOptions {
  readonly cancel?: AbortSignal | undefined;
  /** For custom resources: what their definition says of their status. */
  readonly discovery?: Discovery | undefined;
}

/**
 * Reads what stands around an object that is not ready, as far as its rules look at it: pods by owner references, their claims, and the events about them. Bounded
 * in count, and what the account may not read is left out.
 *
 * @throws KUBERNETES_UNREACHABLE, KUBERNETES_UNAVAILABLE, KUBERNETES_ANSWER_INVALID, CANCELLED
 */
export async function readRelated(
  client: KubernetesClient,
  object: KubeObject,
  { cancel, discovery }: ReadOptions = {},
): Promise<Related> {
  const { group } = groupVersionOf(object.apiVersion);
  switch (`${group}/${object.kind}`) {
    case 'apps/Deployment':
    case 'apps/DaemonSet':
    case 'apps/StatefulSet':
    case 'apps/ReplicaSet':
    case '/ReplicationController':
    case 'batch/Job':
      return ofWorkload(client, object, cancel);
    case '/Pod':
      return aroundPods(client, [object], [], cancel);
    case '/PersistentVolumeClaim':
      return {
        storageClasses: await storageClasses(client, cancel),
        events: await readEvents(client, [object], cancel),
      };
    case '/Service':
      return { events: await readEvents(client, [object], cancel) };
    case 'networking.k8s.io/Ingress': {
      return {
        ingressClasses: await readWhole(client, objectPath('/apis/networking.k8s.io/v1', 'ingressclasses'), {}, cancel),
      };
    }
    case 'admissionregistration.k8s.io/ValidatingWebhookConfiguration':
    case 'admissionregistration.k8s.io/MutatingWebhookConfiguration':
      return { endpointSlices: await slicesOf(client, object, cancel) };
    default:
      return { definition: await definitionOf(client, object, discovery, cancel) };
  }
}

async function ofWorkload(
  client: KubernetesClient,
  object: KubeObject,
  cancel: AbortSignal | undefined,
): Promise<Related> {
  const { namespace } = object.metadata;
  const labelSelector = selectorOf(object);
  if (labelSelector === undefined || namespace === undefined) return {};
  const own = async (api: '/api/v1' | '/apis/apps/v1', plural: string, owners: readonly KubeObject[]) =>
    (await readSome(client, objectPath(api, plural, { namespace }), { labelSelector }, cancel))?.filter((one) =>
      isOwned(one, owners),
    );
  const between = object.kind === 'Deployment' ? await own('/apis/apps/v1', 'replicasets', [object]) : [];
  const pods = await own('/api/v1', 'pods', object.kind === 'Deployment' ? (between ?? []) : [object]);
  const unwell = (pods ?? []).filter((pod) => !isWell(pod));
  const makers = [object, ...(between ?? []).filter(isWanted)].slice(0, podsMost);
  return { ...(await aroundPods(client, unwell.slice(0, podsMost), makers, cancel)), between, pods };
}

function isOwned({ metadata: { ownerReferences } }: KubeObject, owners: readonly KubeObject[]): boolean {
  return owners.some(({ metadata: { uid } }) =>
    ownerReferences?.some((one) => one.controller === true && uid !== undefined && one.uid === uid),
  );
}

/** A ReplicaSet of an earlier template wants no pod any more, and what stood in its way does not matter. */
function isWanted({ spec }: KubeObject): boolean {
  const { data } = z.object({ replicas: z.number().nullish() }).safeParse(spec);
  return data?.replicas !== 0;
}

const volumes = z.object({
  spec: z.object({
    volumes: z.array(z.object({ persistentVolumeClaim: z.object({ claimName: z.string() }).nullish() })).nullish(),
  }),
});

async function aroundPods(
  client: KubernetesClient,
  pods: readonly KubeObject[],
  makers: readonly KubeObject[],
  cancel: AbortSignal | undefined,
): Promise<Related> {
  const paths = pods.flatMap((pod) => {
    const { namespace } = pod.metadata;
    const found = volumes.safeParse(pod).data?.spec.volumes ?? [];
    const names = found.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
    return names.filter(isName).map((name) => objectPath('/api/v1', 'persistentvolumeclaims', { namespace, name }));
  });
  const claims: KubeObject[] = [];
  for (const path of [...new Set(paths)].slice(0, claimsMost)) {
    const claim = await readOne(client, path, cancel);
    if (claim !== undefined) claims.push(claim);
  }
  const events = await readEvents(client, [...makers, ...pods, ...claims], cancel);
  return { claims, events, storageClasses: claims.length === 0 ? undefined : await storageClasses(client, cancel) };
}

function isName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{0,252}$/.test(name);
}

function storageClasses(
  client: KubernetesClient,
  cancel: AbortSignal | undefined,
): Promise<readonly KubeObject[] | undefined> {
  return readWhole(client, objectPath('/apis/storage.k8s.io/v1', 'storageclasses'), {}, cancel);
}

async function slicesOf(
  client: KubernetesClient,
  object: KubeObject,
  cancel: AbortSignal | undefined,
): Promise<readonly KubeObject[] | undefined> {
  const services = [...new Map(servicesOf(object).map((one) => [`${one.namespace}/${one.name}`, one])).values()];
  // Of one that was not read nobody may say that it has no endpoint.
  const isReadable = services.every(({ namespace, name }) => isName(namespace) && isName(name));
  if (!isReadable || services.length > servicesMost) return undefined;
  const found: KubeObject[] = [];
  for (const { namespace, name } of services) {
    const path = objectPath('/apis/discovery.k8s.io/v1', 'endpointslices', { namespace });
    const slices = await readWhole(client, path, { labelSelector: `${serviceName}=${name}` }, cancel);
    if (slices === undefined) return undefined;
    found.push(...slices);
  }
  return found;
}

async function definitionOf(
  client: KubernetesClient,
  { apiVersion, kind }: KubeObject,
  discovery: Discovery | undefined,
  cancel: AbortSignal | undefined,
): Promise<KubeObject | undefined> {
  const resource = await discovery?.resource({ apiVersion, kind }, cancel);
  if (resource === undefined) return undefined;
  const name = `${resource.plural}.${resource.group}`;
  return readOne(client, objectPath('/apis/apiextensions.k8s.io/v1', 'customresourcedefinitions', { name }), cancel);
}
