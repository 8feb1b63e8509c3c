import { z } from 'zod';

/** The layers of a cluster profile, in the order they are applied. */
export const layerNames = ['kernel', 'os', 'k8s', 'cni', 'csi', 'addon'] as const;
export const layerNameSchema = z.enum(layerNames);
export type LayerName = z.infer<typeof layerNameSchema>;

/** A pack's name: what a registry repository, a folder and a YAML path can all hold. */
export const packNameSchema = z
  .string()
  .max(128)
  .regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/, 'lower-case letters, digits, and single . _ - between them');

/** A pack's version as written; see `version/` for its order. */
export const packVersionSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, 'letters, digits and . _ + -, starting with a letter or digit');
