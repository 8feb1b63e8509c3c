import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import { accepted } from '../connection/answer.ts';
import type { KubernetesClient } from '../connection/client.ts';
import { decode } from '../connection/decode.ts';
import { apiVersionOf } from './object.ts';

/** A kind as one version of its group serves it. */
export interface ApiResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** As paths name it: `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** All that an API server serves at one moment. */
export interface ServedApi {
  readonly resources: readonly ApiResource[];
  /** The versions of each group, the preferred one first. */
  readonly versions: ReadonlyMap<string, readonly string[]>;
  /** API versions (`metrics.k8s.io/v1beta1`) that are announced, but of which the server behind them says nothing now. */
  readonly unanswered: readonly string[];
}

/** Aggregated discovery (KEP-3352, stable since Kubernetes 1.30), else the older form in one request a group version. */
const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

const name = z.string().max(512);
const names = z.array(name).max(64);
const aggregated = z.object({
  kind: z.literal('APIGroupDiscoveryList'),
  items: z
    .array(
      z.object({
        metadata: z.object({ name: name.optional() }).nullish(),
        versions: z
          .array(
            z.object({
              version: name,
              freshness: name.optional(),
              resources: z
                .array(
                  z.object({
                    resource: name,
                    responseKind: z.object({ kind: name }).nullish(),
                    scope: name,
                    verbs: names.nullish(),
                  }),
                )
                .nullish(),
            }),
          )
          .max(100)
          .nullish(),
      }),
    )
    .max(5000),
});
const groupVersions = z.array(z.object({ version: name })).max(100);
const groupList = z.object({
  kind: z.literal('APIGroupList'),
  groups: z
    .array(z.object({ name, versions: groupVersions, preferredVersion: z.object({ version: name }).optional() }))
    .max(5000),
});
const coreVersions = z.object({ kind: z.literal('APIVersions'), versions: names });
const resourceList = z.object({
  resources: z.array(z.object({ name, kind: name, namespaced: z.boolean(), verbs: names })).max(5000),
});

/** One version of a group, its resources where they were told. */
interface GroupVersion {
  readonly group: string;
  readonly version: string;
  readonly resources: readonly ApiResource[] | undefined;
}

/** Reads all that the API server serves. @throws KUBERNETES_REFUSED, KUBERNETES_ANSWER_INVALID, KUBERNETES_UNREACHABLE, CANCELLED */
export async function readServedApi(client: KubernetesClient, cancel?: AbortSignal): Promise<ServedApi> {
  const found = [...(await readRoot(client, '/api', cancel)), ...(await readRoot(client, '/apis', cancel))];
  const versions = new Map<string, readonly string[]>();
  for (const { group, version } of found) versions.set(group, [...(versions.get(group) ?? []), version]);
  return {
    resources: found.flatMap(({ resources = [] }) => resources),
    versions,
    unanswered: found.filter(({ resources }) => resources === undefined).map(apiVersionOf),
  };
}

async function readRoot(
  client: KubernetesClient,
  path: '/api' | '/apis',
  cancel: AbortSignal | undefined,
): Promise<readonly GroupVersion[]> {
  const body = accepted(await client.ask({ method: 'GET', path, accept, cancel }), 'read', path);
  const whole = aggregated.safeParse(body);
  if (whole.success) return whole.data.items.flatMap(ofGroup);
  const announced =
    path === '/api'
      ? decode(coreVersions, body, path).versions.map((version) => ({ group: '', version }))
      : decode(groupList, body, path).groups.flatMap(inPreference);
  const found: GroupVersion[] = [];
  for (const at of announced) found.push({ ...at, resources: await readResources(client, at, cancel) });
  return found;
}

function ofGroup({ metadata, versions }: z.infer<typeof aggregated>['items'][number]): readonly GroupVersion[] {
  const group = metadata?.name ?? '';
  return (versions ?? []).map(({ version, freshness, resources }) => ({
    group,
    version,
    // What the aggregator remembers of a server that does not answer now is no answer.
    resources:
      freshness === 'Stale'
        ? undefined
        : (resources ?? []).map(({ resource: plural, responseKind, scope, verbs }) => ({
            group,
            version,
            kind: responseKind?.kind ?? '',
            plural,
            namespaced: scope === 'Namespaced',
            verbs: verbs ?? [],
          })),
  }));
}

function inPreference({ name: group, versions, preferredVersion }: z.infer<typeof groupList>['groups'][number]) {
  const preferred = preferredVersion?.version;
  const ordered = versions
    .map(({ version }) => version)
    .toSorted((a, b) => Number(b === preferred) - Number(a === preferred));
  return ordered.map((version) => ({ group, version }));
}

/** The older form, of one version; undefined where the server behind it does not answer. */
async function readResources(
  client: KubernetesClient,
  { group, version }: { readonly group: string; readonly version: string },
  cancel: AbortSignal | undefined,
): Promise<readonly ApiResource[] | undefined> {
  const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  try {
    const body = accepted(await client.ask({ method: 'GET', path, cancel }), 'read', path);
    return decode(resourceList, body, path)
      .resources.filter((at) => !at.name.includes('/'))
      .map(({ name: plural, kind, namespaced, verbs }) => ({ group, version, kind, plural, namespaced, verbs }));
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'KUBERNETES_UNAVAILABLE') return undefined;
    throw error;
  }
}
