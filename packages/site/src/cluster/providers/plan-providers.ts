import { isSealiftError } from '@sealift/core/errors';
import { comparePrecedence, parseVersion } from '@sealift/core/version';
import { apply } from '@sealift/kubernetes/apply';
import { readDefinition, servedOf } from '@sealift/kubernetes/definition-versions';
import { FieldConflict } from '@sealift/kubernetes/field-conflict';
import { fieldPaths } from '@sealift/kubernetes/field-paths';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import { isDefinition } from '@sealift/kubernetes/order';
import type { DesiredProviders } from '@sealift/upgrade/ports/providers';
import { readComponents } from './components.ts';
import { unspoken } from './contracts.ts';
import { isDeployment, versionOf } from './deployment.ts';
import { isInstaller, othersOf } from './installers.ts';
import type { ProviderRecord } from './provider-record.ts';
import { forEach, type ProvidersTools } from './providers-tools.ts';
import { settle, type SettledObject } from './settle.ts';

/** Something because of which nothing is applied. */
export interface Obstacle {
  readonly what: string;
  readonly remedy: string;
}

/** What would be done. */
export interface ProvidersPlan {
  /** In the order of the components. */
  readonly objects: readonly SettledObject[];
  /** Everything that stands in the way; nothing is changed while there is any. */
  readonly obstacles: readonly Obstacle[];
  /** By Deployment: from which version to which. */
  readonly moves: readonly string[];
  /** Versions of kinds that will not be served any more. */
  readonly unserved: readonly string[];
}

const definitions = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

/**
 * Looks at what the components would meet in the cluster; changes nothing.
 *
 * @throws PROVIDERS_INVALID, PACK_…, KUBERNETES_…, CANCELLED
 */
export async function planProviders(
  desired: DesiredProviders,
  record: ProviderRecord | undefined,
  tools: ProvidersTools,
): Promise<ProvidersPlan> {
  const { objects, content, cancel } = tools;
  const coming = readComponents(desired, await content.openPack(desired.components, cancel));
  const there = await objects.list(definitions, cancel);
  const brought = coming.filter(isDefinition);
  const known = new Map(there.map((one) => [one.metadata.name, one]));
  const obstacles: Obstacle[] = [...contractsOf(brought, there), ...(await certificateObstacles(coming, tools))];
  const looked = await forEach(coming, async (object) => {
    const live = await liveOf(object, known, tools);
    const settled = settle(object, live, rememberedOf(object, desired, record));
    return { settled, live, found: await obstaclesOf(object, settled, live, tools) };
  });
  obstacles.push(...looked.flatMap(({ found }) => found));
  const moves = looked.flatMap(({ settled: { object }, live }) => (isDeployment(object) ? [moveOf(object, live)] : []));
  const unserved = brought.flatMap((next) => {
    const now = known.get(next.metadata.name);
    const later = servedOf(readDefinition(next));
    const gone = now === undefined ? [] : servedOf(readDefinition(now)).filter((version) => !later.includes(version));
    return gone.map((version) => `${version} of ${next.metadata.name}`);
  });
  return { objects: looked.map(({ settled }) => settled), obstacles, moves, unserved };
}

/** Of the attempt that was cut with this very pack, else of what was applied last. */
function rememberedOf(object: KubeObject, { components }: DesiredProviders, record: ProviderRecord | undefined) {
  const key = keyOf(object);
  const { attempt, applied } = record ?? { attempt: null, applied: null };
  const all = (attempt?.digest === components.digest ? attempt : applied)?.remembered ?? {};
  return Object.hasOwn(all, key) ? all[key] : undefined;
}

/** Under which a Deployment is remembered. */
export function keyOf({ metadata: { namespace, name } }: KubeObject): string {
  return `${namespace ?? ''}/${name}`;
}

async function liveOf(
  object: KubeObject,
  known: ReadonlyMap<string, KubeObject>,
  { objects, cancel }: ProvidersTools,
): Promise<KubeObject | undefined> {
  if (isDefinition(object)) return known.get(object.metadata.name);
  if ((await objects.discovery.resource(object, cancel)) === undefined) return undefined;
  return await objects.get(referenceOf(object), cancel);
}

async function obstaclesOf(
  coming: KubeObject,
  { object, open, agreed }: SettledObject,
  live: KubeObject | undefined,
  { objects, cancel }: ProvidersTools,
): Promise<readonly Obstacle[]> {
  const found: Obstacle[] = open.map((what) => ({
    what: `a variable has no value: ${what}`,
    remedy: 'Give it a value in the components of the release, or set it at the running object.',
  }));
  if (live === undefined || open.length > 0) return found;
  const [from, to] = isDeployment(coming) ? [versionOf(live), versionOf(coming)] : [];
  if (from !== undefined && to !== undefined && comparePrecedence(parseVersion(from), parseVersion(to)) > 0) {
    const what = `${nameOf(referenceOf(coming))} runs ${from}, and ${to} is older`;
    found.push({
      what,
      remedy: 'Providers do not read what newer ones have stored. Choose a release whose providers are newer.',
    });
  }
  if (isDefinition(coming)) return [...found, ...definitionObstacles(live)];
  try {
    await apply(objects, object, { dryRun: true, agreed, laterDelaysMs: [], cancel });
  } catch (error) {
    if (error instanceof FieldConflict) {
      const foreign = error.owners.filter(
        (owner) =>
          !isInstaller(owner) && !agreed.some((by) => by.manager === owner.manager && by.field === owner.field),
      );
      if (foreign.length > 0) found.push(foreignObstacle(error.object, foreign));
    } else if (isSealiftError(error, 'KUBERNETES_REFUSED')) {
      found.push({ what: error.message, remedy: error.hint });
    } else throw error;
  }
  return found;
}

/**
 * Definitions are large, and a version that objects are stored in can go only when they have been stored anew, which comes first: the server is not
 * asked, and whoever else sets a part of one is taken to go on doing so. A `caBundle` is its writer's own.
 */
function definitionObstacles(live: KubeObject): readonly Obstacle[] {
  const foreign = othersOf(live, '.spec').flatMap(({ manager = '', operation = '', time, fieldsV1 }) => {
    const field = [...fieldPaths(fieldsV1)].find(
      (path) => path.startsWith('.spec.') && !/\.(caBundle|clientConfig)$/.test(path),
    );
    return field === undefined ? [] : [{ manager, operation, field, since: time ?? null }];
  });
  return foreign.length === 0 ? [] : [foreignObstacle(nameOf(referenceOf(live)), foreign)];
}

function foreignObstacle(object: string, foreign: FieldConflict['owners']): Obstacle {
  const { message, hint } = new FieldConflict(object, foreign);
  return { what: message, remedy: hint };
}

function contractsOf(brought: readonly KubeObject[], there: readonly KubeObject[]): readonly Obstacle[] {
  const names = new Set(brought.map(({ metadata }) => metadata.name));
  const all = [...brought, ...there.filter(({ metadata }) => !names.has(metadata.name))];
  return unspoken(all).map((name) => ({
    what: `${name} speaks no contract of the Cluster API that comes`,
    remedy:
      'Upgrade the provider that brings it to a version that speaks one, or choose a release with another Cluster API.',
  }));
}

async function certificateObstacles(
  coming: readonly KubeObject[],
  { objects, cancel }: ProvidersTools,
): Promise<readonly Obstacle[]> {
  const missing = new Set<string>();
  for (const object of coming.filter(({ apiVersion }) => apiVersion.startsWith('cert-manager.io/'))) {
    if ((await objects.discovery.resource(object, cancel)) === undefined) missing.add(object.apiVersion);
  }
  return [...missing].map((apiVersion) => ({
    what: `the components need cert-manager, and the cluster does not serve ${apiVersion}`,
    remedy: 'Install cert-manager of a version that serves it.',
  }));
}

function moveOf(object: KubeObject, live: KubeObject | undefined): string {
  const [from, to] = [live === undefined ? 'none' : (versionOf(live) ?? 'unknown'), versionOf(object) ?? 'unknown'];
  const { name } = object.metadata;
  return from === to ? `${name} ${to}` : `${name} ${from} → ${to}`;
}
