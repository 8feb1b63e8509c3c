import { pause } from '@sealift/io/pause';
import type { KubernetesClient } from '@sealift/kubernetes/client';
import { listPages } from '@sealift/kubernetes/list-pages';
import { apiVersionOf } from '@sealift/kubernetes/object';
import { type ApiResource, readServedApi } from '@sealift/kubernetes/served-api';
import { z } from 'zod';

/** All objects of a kind, as one server lists them. */
export interface Collection extends ApiResource {
  /** Such as `/apis/apps/v1/deployments`. */
  readonly path: string;
}

/** Right after a server is ready, kinds that are defined in the cluster are not served yet. */
const settleMs = 30_000;

const definitionSchema = z.looseObject({
  spec: z.looseObject({
    group: z.string(),
    names: z.looseObject({ plural: z.string() }),
    versions: z.array(z.looseObject({ name: z.string(), served: z.boolean() })),
  }),
  status: z
    .looseObject({
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).nullish(),
    })
    .nullish(),
});
type Definition = z.infer<typeof definitionSchema>;

/** What a server lists by itself, once it serves all that is defined in the cluster: not what another server behind it serves. @throws KUBERNETES_… */
export async function collectionsOf(client: KubernetesClient, cancel: AbortSignal): Promise<readonly Collection[]> {
  const definitions = await listPages(
    client,
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    definitionSchema,
    { cancel },
  );
  const announced = definitions.filter(isEstablished).flatMap(servedPlaces);
  const until = Date.now() + settleMs;
  for (;;) {
    const { resources } = await readServedApi(client, cancel);
    const collections = resources.filter(({ verbs }) => verbs.includes('list')).map(collectionOf);
    const there = new Set(collections.map(({ path }) => path));
    if (announced.every((path) => there.has(path)) || Date.now() > until) return collections;
    await pause(200, cancel);
  }
}

/** Servers write these themselves, all the time; they say nothing of an upgrade. */
const passing = new Set(['events.', 'events.events.k8s.io']);

/** Whether objects of a collection are looked at. */
export function isExamined({ group, plural }: Collection): boolean {
  return !passing.has(`${plural}.${group}`);
}

/** Collections of two servers that hold the same objects, in a version that both serve where there is one. */
export interface Pair {
  readonly running: Collection;
  /** Undefined where the other server does not serve the kind. */
  readonly other: Collection | undefined;
}

/** Each kind of the running server once, in the first version that the other serves too. */
export function pairsOf(running: readonly Collection[], other: readonly Collection[]): readonly Pair[] {
  const byKind = Map.groupBy(running, ({ group, plural }) => `${plural}.${group}`);
  const others = Map.groupBy(other, ({ group, plural }) => `${plural}.${group}`);
  return [...byKind].map(([kind, versions]): Pair => {
    const theirs = others.get(kind) ?? [];
    for (const one of versions) {
      const same = theirs.find(({ version }) => version === one.version);
      if (same !== undefined) return { running: one, other: same };
    }
    const [first] = versions;
    if (first === undefined) throw new TypeError('a group of collections has a member');
    return { running: first, other: theirs[0] };
  });
}

function collectionOf(resource: ApiResource): Collection {
  const { group, plural } = resource;
  return { ...resource, path: `/${group === '' ? 'api' : 'apis'}/${apiVersionOf(resource)}/${plural}` };
}

function isEstablished({ status }: Definition): boolean {
  return status?.conditions?.some((one) => one.type === 'Established' && one.status === 'True') === true;
}

function servedPlaces({ spec: { group, names, versions } }: Definition): readonly string[] {
  return versions.filter(({ served }) => served).map(({ name }) => `/apis/${group}/${name}/${names.plural}`);
}
