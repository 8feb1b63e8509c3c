import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import { accepted, isAbsent, statusReasonOf } from '../connection/answer.ts';
import { fieldManager, type KubernetesClient, objectPath } from '../connection/client.ts';
import { decode } from '../connection/decode.ts';
import { listPages, metadataOnly } from '../connection/list-pages.ts';
import { type ApiResource, Discovery } from './discovery.ts';
import { asObject, type KubeObject, nameOf, type ObjectReference, referenceOf } from './object.ts';

/** Objects of one kind: everywhere, or in one namespace. */
export interface Listed {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  /** As `kubectl get -l` takes it. */
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Only what `metadata` says of each: of objects that hold much, little is read. */
  readonly metadataOnly?: boolean | undefined;
  /** Objects that are read at most; more are an error. */
  readonly most?: number | undefined;
}

/** How to delete an object. */
export interface DeleteOptions {
  /** Only the object that has it; one of the same name that was made since is left alone. */
  readonly uid?: string | undefined;
  /** Only as it was read: not when anybody has changed it since. */
  readonly resourceVersion?: string | undefined;
  /** What becomes of what it owns; Kubernetes' own default for the kind without it. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan' | undefined;
}

/** Whether something is only tried: judged by the API server and by everybody whom it asks, and not done. */
export interface Trial {
  readonly dryRun?: boolean | undefined;
}

/** The items of a built-in list leave out what the list says of them all. */
const itemSchema = z.looseObject({});

/** Verbs on objects of any kind that the cluster serves. */
export class Objects {
  readonly client: KubernetesClient;
  readonly discovery: Discovery;

  constructor(client: KubernetesClient, discovery: Discovery = new Discovery(client)) {
    this.client = client;
    this.discovery = discovery;
  }

  /** Reads an object; undefined where it does not exist. @throws KUBERNETES_KIND_UNKNOWN, KUBERNETES_… */
  async get(of: ObjectReference, cancel?: AbortSignal): Promise<KubeObject | undefined> {
    const path = await this.pathOf(of, cancel);
    const answer = await this.client.ask({ method: 'GET', path, cancel });
    if (isAbsent(answer, of.name)) return undefined;
    return asObject(accepted(answer, 'read', nameOf(of)), path);
  }

  /** All objects of a kind, read in pages. @throws KUBERNETES_KIND_UNKNOWN, KUBERNETES_… */
  async list(wanted: Listed, cancel?: AbortSignal): Promise<readonly KubeObject[]> {
    const { apiVersion, kind, namespace, labelSelector, fieldSelector } = wanted;
    const resource = await this.resourceOf(wanted, cancel);
    const path = objectPath(apiOf(resource), resource.plural, {
      namespace: resource.namespaced ? namespace : undefined,
    });
    const query = {
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    };
    const form = wanted.metadataOnly === true ? { accept: metadataOnly } : {};
    const items = await listPages(this.client, path, itemSchema, { query, cancel, most: wanted.most, ...form });
    return items.map((item) => asObject({ ...item, apiVersion, kind }, path));
  }

  /** Any one object of a kind; undefined where there is none. @throws KUBERNETES_KIND_UNKNOWN, KUBERNETES_… */
  async first(
    of: { readonly apiVersion: string; readonly kind: string },
    cancel?: AbortSignal,
  ): Promise<KubeObject | undefined> {
    const path = await this.collectionPath(of, cancel);
    const { items } = decode(
      z.object({ items: z.array(z.looseObject({})) }),
      await this.client.list(path, { limit: '1' }, cancel),
      path,
    );
    const [item] = items;
    return item === undefined ? undefined : asObject({ ...item, apiVersion: of.apiVersion, kind: of.kind }, path);
  }

  /** Makes an object; false where one of its name exists already. @throws KUBERNETES_KIND_UNKNOWN, KUBERNETES_… */
  async create(object: KubeObject, cancel?: AbortSignal, trial: Trial = {}): Promise<boolean> {
    const of = referenceOf(object);
    const path = await this.#collectionOf(of, cancel);
    const answer = await this.client.ask({ method: 'POST', path, query: queryOf(trial), body: object, cancel });
    if (answer.status === 409 && statusReasonOf(answer.body) === 'AlreadyExists') return false;
    accepted(answer, 'create', nameOf(of));
    return true;
  }

  /**
   * Changes an object by a JSON merge patch (RFC 7396). With `metadata.resourceVersion` in it, only if nobody changed the object since.
   *
   * @throws KUBERNETES_CONFLICT, KUBERNETES_REFUSED (also where it does not exist), KUBERNETES_KIND_UNKNOWN, KUBERNETES_…
   */
  async mergePatch(of: ObjectReference, body: unknown, cancel?: AbortSignal, trial: Trial = {}): Promise<KubeObject> {
    const path = await this.pathOf(of, cancel);
    const answer = await this.client.ask({ method: 'PATCH', path, query: queryOf(trial), body, cancel });
    return asObject(accepted(answer, 'change', nameOf(of)), path);
  }

  /**
   * Sets the status of an object, which a change of the object itself leaves alone (Kubernetes API conventions, "Spec and Status").
   *
   * @returns false where its kind has no status of its own, and creation has set all of it
   * @throws KUBERNETES_REFUSED, KUBERNETES_KIND_UNKNOWN, KUBERNETES_…
   */
  async setStatus(of: ObjectReference, status: unknown, cancel?: AbortSignal): Promise<boolean> {
    const path = `${await this.pathOf(of, cancel)}/status`;
    const answer = await this.client.ask({ method: 'PATCH', path, query: queryOf({}), body: { status }, cancel });
    if (answer.status === 404 && (await this.get(of, cancel)) !== undefined) return false;
    accepted(answer, 'set the status of', nameOf(of));
    return true;
  }

  /**
   * Asks for the deletion of an object, which may still wait for its finalizers afterwards.
   *
   * @returns false where it does not exist
   * @throws KUBERNETES_CONFLICT where it is not the object with that uid or not as it was read; KUBERNETES_…
   */
  async delete(of: ObjectReference, options: DeleteOptions = {}, cancel?: AbortSignal): Promise<boolean> {
    const { uid, resourceVersion, propagation } = options;
    const path = await this.pathOf(of, cancel);
    const preconditions = {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions,
      ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
    };
    // With its uid it can only be deleted once.
    const answer = await this.client.ask({ method: 'DELETE', path, body, idempotent: uid !== undefined, cancel });
    if (isAbsent(answer, of.name)) return false;
    accepted(answer, 'delete', nameOf(of));
    return true;
  }

  /** How a kind is served. @throws KUBERNETES_KIND_UNKNOWN, KUBERNETES_API_INCOMPLETE, KUBERNETES_… */
  async resourceOf(
    of: { readonly apiVersion: string; readonly kind: string },
    cancel?: AbortSignal,
  ): Promise<ApiResource> {
    const found = await this.discovery.resource(of, cancel);
    if (found !== undefined) return found;
    throw new SealiftError('KUBERNETES_KIND_UNKNOWN', { values: { kind: of.kind, apiVersion: of.apiVersion } });
  }

  /** The path of an object. @throws KUBERNETES_KIND_UNKNOWN, KUBERNETES_OBJECT_INVALID where it lacks a namespace, KUBERNETES_… */
  async pathOf(of: ObjectReference, cancel?: AbortSignal): Promise<string> {
    const resource = await this.resourceOf(of, cancel);
    return objectPath(apiOf(resource), resource.plural, { namespace: namespaceOf(of, resource), name: of.name });
  }

  /** The path of all objects of a kind. @throws KUBERNETES_KIND_UNKNOWN, KUBERNETES_… */
  async collectionPath(
    of: { readonly apiVersion: string; readonly kind: string },
    cancel?: AbortSignal,
  ): Promise<string> {
    const resource = await this.resourceOf(of, cancel);
    return objectPath(apiOf(resource), resource.plural);
  }

  async #collectionOf(of: ObjectReference, cancel: AbortSignal | undefined): Promise<string> {
    const resource = await this.resourceOf(of, cancel);
    return objectPath(apiOf(resource), resource.plural, { namespace: namespaceOf(of, resource) });
  }
}

function queryOf({ dryRun = false }: Trial): Readonly<Record<string, string>> {
  return { fieldManager, ...(dryRun ? { dryRun: 'All' } : {}) };
}

function namespaceOf(of: ObjectReference, { namespaced }: ApiResource): string | undefined {
  if (!namespaced) return undefined;
  if (of.namespace !== undefined && of.namespace !== '') return of.namespace;
  throw new SealiftError('KUBERNETES_OBJECT_INVALID', { values: { reason: `${nameOf(of)} names no namespace` } });
}

/** Where the paths of a kind begin: `/apis/apps/v1`. */
function apiOf({ group, version }: ApiResource): `/api/${string}` | `/apis/${string}` {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}
