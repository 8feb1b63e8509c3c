import { z } from 'zod';
import { groupVersionOf } from '../objects/object.ts';

/** A reference to an object of a provider: v1beta1 names its API version, v1beta2 its group alone. */
export const providerReference = z.object({
  apiVersion: z.string().max(316).optional(),
  apiGroup: z.string().max(253).optional(),
  kind: z.string().min(1).max(63),
  name: z.string().min(1).max(253),
});
export type ProviderReference = z.infer<typeof providerReference>;

/** The group of what is referred to. */
export function groupOf({ apiGroup, apiVersion }: ProviderReference): string {
  return apiGroup ?? groupVersionOf(apiVersion ?? '').group;
}

/** The same reference with another name, in the form of the API version that it is written in. */
export function referenceTo(like: ProviderReference, name: string): ProviderReference {
  const { apiGroup, apiVersion, kind } = like;
  return {
    ...(apiGroup === undefined ? {} : { apiGroup }),
    ...(apiVersion === undefined ? {} : { apiVersion }),
    kind,
    name,
  };
}
