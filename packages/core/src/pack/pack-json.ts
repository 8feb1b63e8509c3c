import { z } from 'zod';
import { SealiftError } from '../errors/sealift-error.ts';
import { check, problemsOf } from '../schema/check.ts';
import { DocumentError } from '../schema/document-error.ts';
import { readJsonDocument } from '../schema/json-document.ts';
import { layerNameSchema, packNameSchema, packVersionSchema } from './pack.ts';

/** Public packs are below 4 KiB; this leaves room for what others may add. */
const maxPackJsonLength = 1_000_000;

const text = z.string().max(10_000).nullish();
/** A file of the pack, by its path below the pack's folder. */
const file = z
  .string()
  .min(1)
  .max(500)
  .regex(/^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))[^\\\p{Cc}]+$/u, 'a path below the pack folder, with / and without ..');
const files = z.array(file).max(1000).nullish();

/** Another pack that this one needs, refuses, or can be upgraded from. */
export const packDependencySchema = z.looseObject({
  packName: packNameSchema,
  layer: layerNameSchema.optional(),
  type: z.enum(['required', 'optional', 'notSupported', 'upgrade']),
  /** Empty: no bound. */
  minVersion: z.union([z.literal(''), packVersionSchema]).nullish(),
  maxVersion: z.union([z.literal(''), packVersionSchema]).nullish(),
});

/** What the cluster must have room for: `cpu` in thousandths of a core, `memory` in Mi, `diskSize` in GB. */
export const packResourceSchema = z.looseObject({
  type: z.enum(['cpu', 'memory', 'diskSize']),
  minLimit: z.number().nonnegative(),
  components: z
    .array(
      z.looseObject({
        scheduleType: z.enum(['all', 'control-plane', 'worker']),
        resourceRequestParamRef: text,
        replicaCountParamRef: text,
      }),
    )
    .max(1000)
    .nullish(),
});

/** `pack.json`. Unknown members are kept: real packs carry more than is documented. */
export const packSchema = z.looseObject({
  name: packNameSchema,
  displayName: z.string().min(1).max(200),
  version: packVersionSchema,
  layer: layerNameSchema,
  group: text,
  cloudTypes: z.array(z.string().max(100)).max(100).nullish(),
  cloudType: text,
  eol: text,
  addonType: text,
  addonSubType: text,
  charts: files,
  kubeManifests: files,
  annotations: z.record(z.string().max(300), z.union([z.string().max(100_000), z.number(), z.boolean()])).nullish(),
  constraints: z
    .looseObject({
      dependencies: z.array(packDependencySchema).max(1000).nullish(),
      resources: z.array(packResourceSchema).max(1000).nullish(),
    })
    .nullish(),
});
export type Pack = z.infer<typeof packSchema>;

/**
 * Reads a `pack.json`.
 *
 * @param place the file, for error messages.
 * @throws PACK_INVALID with the place inside the document, as `pack.json#/constraints/dependencies/0/type`.
 */
export function parsePack(jsonText: string, place: string): Pack {
  try {
    return check(packSchema, readJsonDocument(jsonText, maxPackJsonLength));
  } catch (error) {
    throw error instanceof DocumentError ? invalid(error, place) : error;
  }
}

/** Everything that is wrong with a `pack.json`, each as `parsePack` would refuse it; empty where nothing is. */
export function packProblems(jsonText: string, place: string): readonly SealiftError[] {
  try {
    return problemsOf(packSchema, readJsonDocument(jsonText, maxPackJsonLength)).map((error) => invalid(error, place));
  } catch (error) {
    if (error instanceof DocumentError) return [invalid(error, place)];
    throw error;
  }
}

function invalid({ message, at }: DocumentError, place: string): SealiftError {
  return new SealiftError('PACK_INVALID', { place: `${place}${at}`, values: { path: place, reason: message } });
}
