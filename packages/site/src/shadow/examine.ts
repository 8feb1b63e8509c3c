import { isSealiftError, type SealiftError } from '@sealift/core/errors';
import { mapAtOnce } from '@sealift/io/map-at-once';
import { type KubernetesClient, objectPath } from '@sealift/kubernetes/client';
import { listPages } from '@sealift/kubernetes/list-pages';
import { asObject, apiVersionOf, type KubeObject, nameOf, objectSchema, referenceOf } from '@sealift/kubernetes/object';
import type { Collection, Pair } from './collections.ts';
import { differences } from './compare.ts';
import type { Findings } from './finding.ts';
import { tryCopy, tryWrite } from './trial.ts';

/** The two servers, and where what is found goes. */
export interface Examination {
  readonly running: KubernetesClient;
  readonly other: KubernetesClient;
  readonly findings: Findings;
  readonly counts: Counts;
  readonly cancel: AbortSignal;
}

/** What was looked at. */
export interface Counts {
  /** Objects that the other server lists. */
  objects: number;
  /** Of them, those that it would write as they are. */
  written: number;
  /** Objects that already the running server refuses to write, so that nothing is told by them. */
  refusedByBoth: number;
  /** Collections that neither server could list. */
  readonly unread: string[];
}

const atOnce = 8;

/**
 * Compares all objects of a kind as both servers show them, and writes each as a dry run.
 *
 * @returns identities of those that the other server shows
 * @throws KUBERNETES_…, CANCELLED
 */
export async function examine(pair: Pair, examination: Examination): Promise<readonly string[]> {
  const { findings, counts, cancel } = examination;
  const { running, other } = pair;
  // It is found by what is stored.
  if (other === undefined) return [];
  const [before, after] = [
    await list(examination.running, running, cancel),
    await list(examination.other, other, cancel),
  ];
  if ('refusal' in after) {
    if ('refusal' in before) counts.unread.push(other.path);
    else findings.add('unreadable', `${other.kind} (${other.path})`, after.refusal.message, other.path);
    return [];
  }
  const shown = 'refusal' in before ? [] : before.objects;
  const known = new Map(shown.map((one) => [one.metadata.uid, one]));
  counts.objects += after.objects.length;
  await mapAtOnce(after.objects, atOnce, async (object) => {
    const was = known.get(object.metadata.uid);
    // A server that starts writes some of its own anew; nobody else has written here.
    const isSame = was?.metadata.resourceVersion === object.metadata.resourceVersion;
    if (was !== undefined && isSame) compare(other, was, object, findings);
    await tryBoth(pair, was, object, examination);
  });
  return after.objects.map(identityOf);
}

/** Identities of what a server lists; none where it cannot. @throws KUBERNETES_…, CANCELLED */
export async function identitiesOf(
  client: KubernetesClient,
  collection: Collection,
  cancel: AbortSignal,
): Promise<readonly string[]> {
  const listed = await list(client, collection, cancel);
  return 'refusal' in listed ? [] : listed.objects.map(identityOf);
}

/** Two objects of one kind have the same text, in whichever version they are shown. */
function identityOf({ apiVersion, kind, metadata: { namespace = '', name } }: KubeObject): string {
  return stored(apiVersion, kind, namespace, name);
}

/** The same, of what is stored. */
export function stored(apiVersion: string, kind: string, namespace: string, name: string): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return JSON.stringify([group, kind, namespace, name]);
}

function compare(collection: Collection, was: KubeObject, object: KubeObject, findings: Findings): void {
  for (const { kind, path, value } of differences(was, object)) {
    const text = kind === 'dropped-field' ? `${path} is not shown` : `${path} is shown with another value`;
    findings.add(kind, nameOf(referenceOf(object)), `${text}: ${value}`, `${collection.path} ${path}`);
  }
}

async function tryBoth(
  { running, other }: Pair,
  was: KubeObject | undefined,
  object: KubeObject,
  { running: before, other: after, findings, counts, cancel }: Examination,
): Promise<void> {
  if (other === undefined) return;
  const name = nameOf(referenceOf(object));
  if (other.verbs.includes('update')) {
    const refused = await tryWrite(after, pathOf(other, object), object, cancel);
    if (refused === undefined) counts.written += 1;
    else if (was !== undefined && (await tryWrite(before, pathOf(running, was), was, cancel)) !== undefined) {
      counts.refusedByBoth += 1;
      return;
    } else return findings.add('unwritable', name, refused, `${other.path} ${rule(refused, object)}`);
  }
  if (!other.verbs.includes('create') || was === undefined || passesBy(object)) return;
  const refused = await tryCopy(after, collectionPath(other, object), object, cancel);
  if (refused === undefined || (await tryCopy(before, collectionPath(running, was), was, cancel)) !== undefined) return;
  findings.add(
    'unwritable',
    name,
    `it cannot be made once more: ${refused}`,
    `${other.path} copy ${rule(refused, object)}`,
  );
}

/** Nobody makes these from a manifest. */
function passesBy({ kind }: KubeObject): boolean {
  return kind === 'Lease' || kind === 'Node';
}

/** What a refusal says of all objects that have it: their names are left out. */
function rule(refused: string, { metadata: { name } }: KubeObject): string {
  return refused.replaceAll(name, '').replaceAll(/rehearsal-\w*/g, '');
}

function pathOf(collection: Collection, { metadata: { namespace, name } }: KubeObject): string {
  return objectPath(apiOf(collection), collection.plural, collection.namespaced ? { namespace, name } : { name });
}

function collectionPath(collection: Collection, { metadata: { namespace } }: KubeObject): string {
  return objectPath(apiOf(collection), collection.plural, collection.namespaced ? { namespace } : {});
}

function apiOf(collection: Collection): `/api/${string}` | `/apis/${string}` {
  return collection.group === '' ? `/api/${collection.version}` : `/apis/${collection.group}/${collection.version}`;
}

type Listed = { readonly objects: readonly KubeObject[] } | { readonly refusal: SealiftError };

async function list(client: KubernetesClient, collection: Collection, cancel: AbortSignal): Promise<Listed> {
  const { path, kind } = collection;
  const apiVersion = apiVersionOf(collection);
  try {
    // The items of a list leave out what the list says of them all.
    const item = objectSchema.partial({ apiVersion: true, kind: true });
    const items = await listPages(client, path, item, { cancel });
    // What is made up for each list, such as the state of components, is stored nowhere.
    const kept = items.filter(({ metadata }) => metadata.uid !== undefined);
    return { objects: kept.map((one) => asObject({ ...one, apiVersion, kind }, path)) };
  } catch (error) {
    if (isSealiftError(error, 'KUBERNETES_REFUSED') || isSealiftError(error, 'KUBERNETES_UNAVAILABLE'))
      return { refusal: error };
    throw error;
  }
}
