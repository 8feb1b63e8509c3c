import type { CheckItem } from '@sealift/core/check';
import { isSealiftError } from '@sealift/core/errors';
import { type DefinitionVersions, readDefinition, servedOf } from '@sealift/kubernetes/definition-versions';
import { groupVersionOf, type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import { isDefinition } from '@sealift/kubernetes/order';
import { removedIn } from '@sealift/kubernetes/removed-apis';
import type { ServedApi } from '@sealift/kubernetes/served-api';
import { z } from 'zod';
import type { RenderedLayer } from './in-namespaces.ts';
import { moveName } from './layer-move.ts';

/** What layers bring of kinds that nobody serves when they are applied. */
export interface UnservedKinds {
  /** A definition that the upgrade brings says so itself. */
  readonly sure: readonly CheckItem[];
  /** Nobody is known who would serve them by then. */
  readonly unserved: readonly CheckItem[];
  /** Kubernetes' own, not served by the one of now; the next minor may. */
  readonly ofNext: readonly CheckItem[];
  /** The API version is announced, and the server behind it does not answer. */
  readonly unanswered: readonly CheckItem[];
  /** How many kinds were looked for. */
  readonly looked: number;
}

/** A definition, and where it stands in the order in which layers are applied. */
interface Brought extends DefinitionVersions {
  readonly at: number;
  readonly layer: string;
}

const serviceSchema = z.object({ spec: z.object({ group: z.string(), version: z.string() }) });

/**
 * Looks for whoever serves the kind of each object, once its layer has its turn: the API server as it is now, a definition or an APIService
 * that the same layer or one before it brings. Definitions are applied before what else their layer has.
 *
 * @param layers in the order in which they are applied
 * @param minors of Kubernetes 1, now and after the upgrade
 */
export function unservedKinds(
  layers: readonly RenderedLayer[],
  served: ServedApi,
  minors: { readonly now: number; readonly next: number },
): UnservedKinds {
  const definitions = definitionsOf(layers);
  const resources = new Set(served.resources.map(({ group, version, kind }) => keyOf(group, kind, version)));
  const registered = new Set<string>();
  const seen = new Set<string>();
  const found = {
    sure: new Array<CheckItem>(),
    unserved: new Array<CheckItem>(),
    ofNext: new Array<CheckItem>(),
    unanswered: new Array<CheckItem>(),
  };
  for (const [at, { layer, objects }] of layers.entries()) {
    for (const object of objects) for (const one of apiServiceOf(object)) registered.add(one);
    for (const [first, count] of firstOfEachKind(objects)) {
      const { apiVersion, kind } = first;
      const { group, version } = groupVersionOf(apiVersion);
      seen.add(keyOf(group, kind, version));
      const more = count === 1 ? '' : ` (and ${count - 1} more of its kind)`;
      const place = `${moveName(layer)}: ${nameOf(referenceOf(first))}${more}`;
      const item = (text: string, remedy: string): CheckItem => ({ place, text, remedy });
      const known = definitions.get(keyOf(group, kind)) ?? [];
      const own = known.findLast((one) => one.at <= at);
      if (own !== undefined) {
        if (!servedOf(own).includes(version)) found.sure.push(item(...otherVersions(apiVersion, kind, own)));
        continue;
      }
      if (registered.has(apiVersion) || resources.has(keyOf(group, kind, version))) continue;
      // That it is gone with this Kubernetes is said by the check of API versions.
      const gone = removedIn(first);
      if (gone !== undefined && gone <= minors.next) continue;
      const [later] = known;
      if (served.unanswered.includes(apiVersion)) {
        const text = `${apiVersion} is announced, and what serves it does not answer`;
        found.unanswered.push(item(text, '`kubectl get apiservices` names the service behind it: mend or remove it.'));
      } else if (later !== undefined) {
        const text = `nobody serves ${kind} of ${apiVersion} when its turn comes: its definition comes later, with ${later.layer}`;
        const remedy = `Apply the definition ${later.name} by hand before (kubectl apply --server-side), or get a release that has ${later.layer} before ${moveName(layer)}.`;
        found.sure.push(item(text, remedy));
      } else if (isOfKubernetes(group) && minors.next > minors.now) {
        const text = `Kubernetes 1.${minors.now} does not serve ${kind} of ${apiVersion}${others(served, group, kind)}; whether 1.${minors.next} does is not known here`;
        const remedy = 'See in the API reference of that Kubernetes whether it serves the kind without a feature gate.';
        found.ofNext.push(item(text, remedy));
      } else {
        const text = `the cluster serves no ${kind} of ${apiVersion}${others(served, group, kind)}, and no layer up to it brings its definition`;
        found.unserved.push(item(text, remedyOf(served, group, kind)));
      }
    }
  }
  return { ...found, looked: seen.size };
}

/** API groups of k8s.io/api v0.37.2 that an API server of Kubernetes may serve by itself; others below k8s.io come with definitions. */
const ownGroups: ReadonlySet<string> = new Set(
  [
    'admissionregistration',
    'apiextensions',
    'apiregistration',
    'authentication',
    'authorization',
    'certificates',
    'coordination',
    'discovery',
    'events',
    'flowcontrol.apiserver',
    'internal.apiserver',
    'networking',
    'node',
    'rbac.authorization',
    'resource',
    'scheduling',
    'storage',
    'storagemigration',
  ].map((name) => `${name}.k8s.io`),
);

function isOfKubernetes(group: string): boolean {
  return !group.includes('.') || ownGroups.has(group);
}

function definitionsOf(layers: readonly RenderedLayer[]): ReadonlyMap<string, readonly Brought[]> {
  const found = new Map<string, Brought[]>();
  for (const [at, { layer, objects }] of layers.entries()) {
    for (const object of objects.filter(isDefinition)) {
      const definition = readable(object);
      if (definition === undefined) continue;
      const key = keyOf(definition.group, definition.kind);
      found.set(key, [...(found.get(key) ?? []), { ...definition, at, layer: moveName(layer) }]);
    }
  }
  return found;
}

/** Undefined where the API server would not take it either: then it defines nothing. */
function readable(object: KubeObject): DefinitionVersions | undefined {
  try {
    return readDefinition(object);
  } catch (error) {
    if (isSealiftError(error, 'KUBERNETES_ANSWER_INVALID')) return undefined;
    throw error;
  }
}

/** The API version that a server behind the API server serves; which kinds, only that server knows. */
function apiServiceOf(object: KubeObject): readonly string[] {
  const { apiVersion, kind } = object;
  if (kind !== 'APIService' || groupVersionOf(apiVersion).group !== 'apiregistration.k8s.io') return [];
  const { success, data } = serviceSchema.safeParse(object);
  return success ? [`${data.spec.group}/${data.spec.version}`] : [];
}

/** The first object of each kind and version, with how many there are. */
function firstOfEachKind(objects: readonly KubeObject[]): readonly (readonly [KubeObject, number])[] {
  const found = new Map<string, readonly [KubeObject, number]>();
  for (const object of objects) {
    const key = `${object.apiVersion} ${object.kind}`;
    const [first, count] = found.get(key) ?? [object, 0];
    found.set(key, [first, count + 1]);
  }
  return [...found.values()];
}

function otherVersions(apiVersion: string, kind: string, own: Brought): readonly [text: string, remedy: string] {
  const versions = servedOf(own);
  const named = versions.length === 0 ? 'no version of it' : `it in ${versions.join(', ')} alone`;
  return [
    `nobody serves ${kind} of ${apiVersion} then: the definition ${own.name} that ${own.layer} brings serves ${named}`,
    `Get a release whose pack has the object in a version that its definition serves, or another value where the pack lets choose.`,
  ];
}

/** In which versions the kind is served instead; what there is of its group, where it is in none. */
function others(served: ServedApi, group: string, kind: string): string {
  const versions = versionsOf(served, group, kind);
  if (versions.length > 0) return `, only of ${versions.join(', ')}`;
  return served.versions.has(group) && group !== '' ? `, though others of ${group}` : '';
}

function remedyOf(served: ServedApi, group: string, kind: string): string {
  const versions = versionsOf(served, group, kind);
  if (isOfKubernetes(group)) {
    return 'Correct the apiVersion in the values or get a release whose pack does not need it; a kind behind a feature gate is served once the API server has the gate.';
  }
  if (versions.length > 0) {
    return `Bring what defines the kind to a release that serves this version too, or get a pack that uses ${versions.join(' or ')}.`;
  }
  return 'Install what defines the kind before (its definition, or the operator that brings it), or leave the object out by the values of the layer. `kubectl api-resources` lists what is served.';
}

function versionsOf({ resources }: ServedApi, group: string, kind: string): readonly string[] {
  return resources.filter((one) => one.group === group && one.kind === kind).map(({ version }) => version);
}

function keyOf(group: string, kind: string, version = ''): string {
  return `${group}/${version}/${kind}`;
}
