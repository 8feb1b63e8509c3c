import { z } from 'zod';
import { checkSchema } from '../check/check.ts';

/** A field of the settings of a site, as people and programs name it. */
export const siteFields = [
  'vcenter.url',
  'vcenter.username',
  'vcenter.password',
  'vcenter.ca',
  'vcenter.thumbprint',
  'places.datacenter',
  'places.folder',
  'places.cluster',
  'places.resourcePool',
  'places.datastore',
  'places.network',
  'enterprise',
  'management',
  'clusterName',
  'imageRegistry.pullSecret',
  'imageRegistry',
  'variables',
] as const;
export const siteFieldSchema = z.enum(siteFields);
export type SiteField = z.infer<typeof siteFieldSchema>;

/** What a look at a site with its settings came to: the field that it is about, and the code of the failure where there is one. */
export const siteCheckSchema = checkSchema.extend({ field: siteFieldSchema, code: z.string().optional() });
export type SiteCheck = z.infer<typeof siteCheckSchema>;
