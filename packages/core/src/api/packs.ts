import { z } from 'zod';
import { layerNameSchema, packNameSchema, packVersionSchema } from '../pack/pack.ts';
import { digestSchema } from '../release/digest.ts';

/** What brings a pack, and the usual name of the bundle that holds it. */
const packSourceSchema = z.object({
  kind: z.enum(['release', 'pack']),
  product: z.string(),
  version: packVersionSchema,
  bundle: z.string(),
});

const versionSchema = z.object({
  version: packVersionSchema,
  digest: digestSchema,
  sources: z.array(packSourceSchema),
});

/** A pack of the catalogue; its versions from the newest on. */
export const cataloguePackSchema = z.object({
  name: packNameSchema,
  displayName: z.string(),
  layer: layerNameSchema,
  versions: z.array(versionSchema.extend({ inUse: z.boolean() })),
});
export type CataloguePack = z.infer<typeof cataloguePackSchema>;

/** `GET /api/v1/packs?after=`: by name; `next` is the cursor of the following page. */
export const packPageSchema = z.object({ packs: z.array(cataloguePackSchema), next: z.string().nullable() });
export type PackPage = z.infer<typeof packPageSchema>;

/** `GET /api/v1/packs/outdated`: packs that the enterprise cluster uses and of which the catalogue has newer versions. */
export const outdatedPackListSchema = z.object({
  /** How many packs are in use; null until a release is adopted: nothing can be said then. */
  inUse: z.int().nullable(),
  /** How many releases and packs of the catalogue are not counted on: the key that signed them is not trusted any more, or they were changed. */
  leftOut: z.int(),
  packs: z.array(
    z.object({
      layer: layerNameSchema,
      pack: packNameSchema,
      displayName: z.string(),
      version: packVersionSchema,
      digest: digestSchema,
      newer: z.array(versionSchema),
    }),
  ),
});
export type OutdatedPackList = z.infer<typeof outdatedPackListSchema>;

/** Something that uses a pack. */
export const packUseSchema = z.discriminatedUnion('kind', [
  /** A layer of the enterprise cluster. */
  z.object({ kind: z.literal('layer'), layer: layerNameSchema, version: packVersionSchema, customised: z.boolean() }),
  /** A pack in use that names it in its constraints; `versions` in words, empty for any. */
  z.object({
    kind: z.literal('dependency'),
    pack: packNameSchema,
    version: packVersionSchema,
    type: z.string(),
    versions: z.string(),
  }),
  /** A release of the catalogue that brings it. */
  z.object({
    kind: z.literal('release'),
    product: z.string(),
    release: packVersionSchema,
    version: packVersionSchema,
    installed: z.boolean(),
  }),
]);
export type PackUse = z.infer<typeof packUseSchema>;

/** `GET /api/v1/packs/:name/uses?after=`: what the cluster runs first; `next` is the cursor of the following page. */
export const packUsePageSchema = z.object({
  name: packNameSchema,
  uses: z.array(packUseSchema),
  next: z.string().nullable(),
});
export type PackUsePage = z.infer<typeof packUsePageSchema>;
