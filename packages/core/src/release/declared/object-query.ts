import { z } from 'zod';

/** A version of an API: `v1`, or with its group `apps/v1`. */
const apiVersionSchema = z
  .string()
  .max(300)
  .regex(/^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\/)?v[0-9][a-z0-9]*$/, 'v1, or a group and version such as apps/v1');
const kindSchema = z.string().regex(/^[A-Z][A-Za-z0-9]{0,62}$/, 'the name of a kind, such as StatefulSet');
const namespaceSchema = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'a name of a namespace');
/** No part of a path, and no more of a field selector than one value. */
const objectNameSchema = z.string().regex(/^[a-z0-9](?:[a-z0-9.:-]{0,251}[a-z0-9])?$/, 'a name of an object');
const selectorSchema = z
  .string()
  .min(1)
  .max(1000)
  .regex(/^[A-Za-z0-9 ._\-/=!,()]+$/, 'a selector of labels as kubectl get -l takes it');

/** Objects of one kind in the enterprise cluster. */
export const objectQuerySchema = z.strictObject({
  apiVersion: apiVersionSchema.describe('Such as apps/v1.'),
  kind: kindSchema.describe('Such as StatefulSet.'),
  namespace: namespaceSchema.optional().describe('Absent: every namespace, or a kind that has none.'),
  name: objectNameSchema.optional().describe('Only the object of this name. Not together with a selector.'),
  selector: selectorSchema.optional().describe('Only objects whose labels match, as kubectl get -l takes it.'),
});
export type ObjectQuery = z.infer<typeof objectQuerySchema>;

/** One object of the enterprise cluster. */
export const objectPlaceSchema = z.strictObject({
  apiVersion: apiVersionSchema.describe('Such as apps/v1.'),
  kind: kindSchema.describe('Such as Deployment.'),
  namespace: namespaceSchema.optional().describe('Absent: a kind that has none.'),
  name: objectNameSchema.describe('Its name.'),
});
export type ObjectPlace = z.infer<typeof objectPlaceSchema>;

/** A claim's own namespace and name. */
export const claimPlace = { namespace: namespaceSchema, name: objectNameSchema };

/** For a person: `StatefulSet.apps harbor/db`, `Pod with app=db in harbor`. */
export function queryText({ apiVersion, kind, namespace, name, selector }: ObjectQuery): string {
  const slash = apiVersion.indexOf('/');
  const what = slash === -1 ? kind : `${kind}.${apiVersion.slice(0, slash)}`;
  if (name !== undefined) return `${what} ${namespace === undefined ? name : `${namespace}/${name}`}`;
  const which = selector === undefined ? '' : ` with ${selector}`;
  return `${what}${which}${namespace === undefined ? '' : ` in ${namespace}`}`;
}
