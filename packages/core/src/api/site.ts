import { z } from 'zod';
import { siteCheckSchema } from '../site/site-check.ts';
import { lineSchema } from './access.ts';

const name = lineSchema.min(1).max(500);
const placeName = name.nullable();

/** Where templates go; null where vCenter has one choice. Each is a name or an inventory path. */
export const sitePlacesSchema = z.object({
  datacenter: placeName,
  folder: placeName,
  cluster: placeName,
  resourcePool: placeName,
  datastore: placeName,
  network: placeName,
});
export type SitePlaces = z.infer<typeof sitePlacesSchema>;

/** An object of a cluster, such as a Secret. */
export const namespacedSchema = z.object({
  namespace: z.string().regex(/^[a-z0-9-]{1,63}$/, 'a namespace has lower-case letters, digits and hyphens'),
  name: z.string().regex(/^[a-z0-9.-]{1,253}$/, 'a name has lower-case letters, digits, dots and hyphens'),
});

const vcenterSchema = z.object({
  url: lineSchema.min(1).max(2000),
  username: name,
  /** CA certificates, PEM, trusted beside those of the machine; null for those alone. */
  ca: z.string().max(100_000).nullable(),
  /** SHA-256 of the only certificate that is trusted; null for any of a trusted CA. */
  thumbprint: lineSchema.max(200).nullable(),
});
export type SiteVcenter = z.infer<typeof vcenterSchema>;

/** vCenter and the login there. Without a password that of the stored settings is used, for the same address, account and trust only. */
const vcenterLoginSchema = vcenterSchema.extend({ password: z.string().min(1).max(1000).optional() });

/** A kubeconfig that refers to nothing outside of it; of its contexts the one named, else the current one, is kept. */
const kubeconfigSchema = z.object({ text: z.string().min(1).max(200_000), context: name.optional() });

/** A registry that nodes pull the images of packs from. */
const imageRegistrySchema = z.object({
  /** `host[:port][/path]`: the path is where bundles push images to. */
  address: lineSchema.min(1).max(500),
  /** A Secret of the enterprise cluster with the login that the registry asks for. */
  pullSecret: namespacedSchema.nullable(),
});

/** `PUT /api/v1/site`: looks at the site with these settings, and stores them where every look went well. */
export const siteRequestSchema = z.object({
  /** Of the settings that were read before. */
  revision: z.int().nonnegative(),
  vcenter: vcenterLoginSchema,
  places: sitePlacesSchema,
  /** Access to the enterprise cluster: null for that of the machine or pod that the console runs on; left out, the stored one. */
  enterprise: kubeconfigSchema.nullable().optional(),
  /** Access to the cluster with Cluster API: null where that is the enterprise cluster itself; left out, the stored one. */
  management: kubeconfigSchema.nullable().optional(),
  /** Null where Cluster API knows one. */
  clusterName: namespacedSchema.nullable(),
  /** Null where nodes have a mirror of the registries that packs name; left out, the stored one. */
  imageRegistry: imageRegistrySchema.nullable().optional(),
  /** YAML, one `name: value` for each variable that packs refer to (`.spectro.var.<name>`); null for none; left out, the stored ones. */
  variables: z.string().max(200_000).nullable().optional(),
});
export type SiteRequest = z.infer<typeof siteRequestSchema>;

/** What is shown of an access to a cluster. */
const accessViewSchema = z.object({
  /** Address of the API server; null where it is found on the machine of the console. */
  server: z.string().nullable(),
  /** Where it comes from, in words. */
  from: z.string(),
});
export type SiteAccessView = z.infer<typeof accessViewSchema>;

/** `GET /api/v1/site`: how the console reaches its site, without any secret. */
export const siteViewSchema = z.object({
  /** `options`: the console was started with them, and they hold. */
  source: z.enum(['none', 'options', 'console']),
  /** Whether they can be changed here; else the reason. */
  fixed: z.string().nullable(),
  revision: z.int().nonnegative(),
  settings: z
    .object({
      /** `trust` says in words which certificates are trusted. */
      vcenter: vcenterSchema.extend({ trust: z.string() }),
      places: sitePlacesSchema,
      enterprise: accessViewSchema,
      management: accessViewSchema.nullable(),
      clusterName: namespacedSchema.nullable(),
      imageRegistry: imageRegistrySchema.nullable(),
      /** Names of variables, never their values; null where they stand in a file. */
      variables: z.object({ names: z.array(z.string()).nullable(), from: z.string() }).nullable(),
    })
    .nullable(),
  /** What the console was started with beside settings that are given here: it holds. */
  startedWith: z.array(z.enum(['imageRegistry', 'variables'])).readonly(),
  changedBy: z.string().nullable(),
  changedAt: z.iso.datetime().nullable(),
});
export type SiteView = z.infer<typeof siteViewSchema>;

/** `POST /api/v1/site/check`: looks at the site with the settings that hold. */
export const siteChecksSchema = z.object({ checks: z.array(siteCheckSchema) });

/** `POST /api/v1/site/places`: what vCenter has to choose from. */
export const sitePlacesRequestSchema = z.object({ vcenter: vcenterLoginSchema });
const names = z.array(z.string()).readonly();
export const placeChoicesSchema = z.object({
  datacenters: z
    .array(
      z.object({
        name: z.string(),
        /** Inventory paths. */
        folders: names,
        clusters: z
          .array(z.object({ name: z.string(), resourcePools: names, datastores: names, networks: names }))
          .readonly(),
      }),
    )
    .readonly(),
});
export type PlaceChoicesView = z.infer<typeof placeChoicesSchema>;
