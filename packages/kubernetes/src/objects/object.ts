import { z } from 'zod';
import { unusable } from '../connection/unusable.ts';

/** Who an object belongs to: it goes when its owner goes (Kubernetes garbage collection). */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** Whether this owner is the one that made the object and keeps it as it is; at most one is. */
  readonly controller?: boolean | undefined;
}

/** The fields of an object that one manager set by one operation in one API version (server-side apply, "Field management"). */
export interface ManagedField {
  readonly manager?: string | undefined;
  readonly operation?: string | undefined;
  readonly apiVersion?: string | undefined;
  readonly time?: string | undefined;
  readonly subresource?: string | undefined;
  /** A trie: members `f:<field>`, `k:<keys of a list's item>`, `v:<value>`, `i:<index>` (structured-merge-diff). */
  readonly fieldsV1?: unknown;
}

/** What every object says of itself (Kubernetes API conventions, "Metadata"). */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly generation?: number | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly ownerReferences?: readonly OwnerReference[] | undefined;
  readonly finalizers?: readonly string[] | undefined;
  readonly creationTimestamp?: string | undefined;
  readonly deletionTimestamp?: string | undefined;
  readonly deletionGracePeriodSeconds?: number | null | undefined;
  readonly managedFields?: readonly ManagedField[] | undefined;
}

/** Any object of the API; what a kind holds besides is unknown until a schema reads it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** Which object is meant; `namespace` only where its kind has one. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

const text = z.string().max(1024);
// A null member is what Go writes for a missing one in places; it is let through as missing.
const texts = z.record(z.string(), z.string());
const metadataSchema = z.looseObject({
  name: text.min(1),
  namespace: text.optional(),
  uid: text.optional(),
  resourceVersion: text.optional(),
  generation: z.number().optional(),
  labels: texts.optional(),
  annotations: texts.optional(),
  ownerReferences: z
    .array(z.looseObject({ apiVersion: text, kind: text, name: text, uid: text, controller: z.boolean().optional() }))
    .optional(),
  finalizers: z.array(text).optional(),
  creationTimestamp: text.nullish(),
  deletionTimestamp: text.nullish(),
  deletionGracePeriodSeconds: z.number().nullish(),
  managedFields: z
    .array(
      z.looseObject({
        manager: text.optional(),
        operation: text.optional(),
        apiVersion: text.optional(),
        time: text.nullish(),
        subresource: text.optional(),
      }),
    )
    .optional(),
});

/** The form of an object that came from outside, such as one of a manifest. */
export const objectSchema = z.looseObject({ apiVersion: text.min(1), kind: text.min(1), metadata: metadataSchema });

/**
 * Checks what the server gave as an object, and returns it as it came: nothing of it is lost.
 *
 * @param place for the error: the path it was asked at
 * @throws KUBERNETES_ANSWER_INVALID
 */
export function asObject(body: unknown, place: string): KubeObject {
  const parsed = objectSchema.safeParse(body);
  if (parsed.success) return body as KubeObject;
  const [issue] = parsed.error.issues;
  throw unusable(
    `its object is not of the usual form at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    place,
  );
}

/** Where an object is. */
export function referenceOf({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): ObjectReference {
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}

/** Two references to one object give the same text; another version of a group is another view of the same object. */
export function identityOfReference({ apiVersion, kind, namespace, name }: ObjectReference): string {
  return JSON.stringify([groupVersionOf(apiVersion).group, kind, namespace ?? '', name]);
}

/** For a person: `Deployment.apps default/web`, `Namespace web`. */
export function nameOf({ apiVersion, kind, namespace, name }: ObjectReference): string {
  const { group } = groupVersionOf(apiVersion);
  const at = namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
  return `${group === '' ? kind : `${kind}.${group}`} ${at}`;
}

/** `apps/v1` is version v1 of group apps; `v1` is of the core group, whose name is empty. */
export function groupVersionOf(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash === -1
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** The reverse of `groupVersionOf`. */
export function apiVersionOf({ group, version }: { readonly group: string; readonly version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}
