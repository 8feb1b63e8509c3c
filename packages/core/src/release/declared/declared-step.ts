import { z } from 'zod';
import { declaredNameSchema, fieldSchema } from './declared-check.ts';
import { expectationSchema } from './expectation.ts';
import { exactlyOne } from './one-of.ts';
import { claimPlace, objectPlaceSchema, objectQuerySchema } from './object-query.ts';

const managersSchema = z.array(z.string().min(1).max(128)).max(10);

/** Gives objects that somebody else made to what the release applies, which would be refused as not its own otherwise. */
export const ownObjectsSchema = z.strictObject({
  kind: z.literal('own-objects').describe('Take objects over.'),
  objects: z.array(objectPlaceSchema).min(1).max(50).describe('Each by its name; one that is not there is left out.'),
  owner: exactlyOne({
    helm: z
      .strictObject({
        release: z
          .string()
          .regex(/^[a-z0-9](?:[a-z0-9.-]{0,51}[a-z0-9])?$/, 'a name of a release of Helm')
          .describe('Name of the release of Helm.'),
        namespace: claimPlace.namespace.describe('Its namespace.'),
        managers: managersSchema
          .default([])
          .describe(
            'Field managers whose fields become those of the chart, as kubectl’s: what the chart does not set is taken out.',
          ),
      })
      .optional()
      .describe('A chart’s release: they get the label and annotations by which Helm knows its own.'),
    managers: managersSchema
      .min(1)
      .optional()
      .describe(
        'Field managers whose fields are taken over for manifests of a pack, as kubectl’s: what these do not set is taken out.',
      ),
  }).describe('Whose they become.'),
});

/** Stores objects of a custom kind anew, and takes a version out of those in which they may be stored. */
export const moveStoredVersionSchema = z.strictObject({
  kind: z.literal('move-stored-version').describe('Store objects anew.'),
  definition: z
    .string()
    .max(500)
    .regex(/^[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+$/, 'plural and group, such as tugs.harbor.example.com')
    .describe('Name of the CustomResourceDefinition.'),
  from: z
    .string()
    .regex(/^v[0-9][a-z0-9]{0,60}$/, 'a version such as v1alpha1')
    .describe('The version that goes.'),
});

/** Waits until something holds. */
export const waitForSchema = z.strictObject({
  kind: z.literal('wait-for').describe('Wait for something.'),
  query: objectQuerySchema.describe('The objects that it looks at.'),
  field: fieldSchema.optional(),
  expect: expectationSchema.describe('What is to hold of each of them.'),
  optional: z.boolean().default(false).describe('True: it also holds where there is no such object.'),
  remedy: z.string().min(1).max(2000).describe('What a person can do meanwhile.'),
});

const claimForm = z.strictObject({
  accessModes: z
    .array(z.enum(['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']))
    .min(1)
    .max(4)
    .describe('Its access modes.'),
  storageClass: z
    .string()
    .max(253)
    .regex(/^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)?$/, 'a name of a StorageClass, or nothing')
    .optional()
    .describe('Its class; empty for none. Absent: any, and left as it is.'),
});
export type ClaimForm = z.infer<typeof claimForm>;

/** Makes a claim anew with other access modes or another class, on the same volume: what is in it stays. */
export const migrateClaimSchema = z.strictObject({
  kind: z.literal('migrate-claim').describe('Make a claim anew.'),
  namespace: claimPlace.namespace.describe('Namespace of the claim.'),
  name: claimPlace.name.describe('Name of the claim.'),
  from: claimForm.describe('As it is now; of another the step keeps its hands off. Going back makes it so again.'),
  to: claimForm.describe('As it is to be.'),
});

const settingSchema = z.union([z.string().max(1000), z.number(), z.boolean()]);

/** Sets a field of an object for good, such as the compatibility version by which an operator raises its database. */
export const setFieldSchema = z.strictObject({
  kind: z.literal('set-field').describe('Set a field.'),
  object: objectPlaceSchema.describe('The object.'),
  field: z
    .string()
    .min(2)
    .max(500)
    .describe(
      "Path of members to the field: .spec.featureCompatibilityVersion, .data['mode']. Not of metadata or status.",
    ),
  from: z
    .array(settingSchema)
    .min(1)
    .max(20)
    .describe('What it may be now; at anything else the step keeps its hands off.'),
  to: settingSchema.describe('What it is to be. There is no way back past it.'),
});

/** What a declared step does: data, never code. */
export const declaredActionSchema = z.discriminatedUnion('kind', [
  ownObjectsSchema,
  moveStoredVersionSchema,
  waitForSchema,
  migrateClaimSchema,
  setFieldSchema,
]);
/** Of these what is done to objects of the cluster. */
export const declaredWorkSchema = z.discriminatedUnion('kind', [
  ownObjectsSchema,
  moveStoredVersionSchema,
  migrateClaimSchema,
  setFieldSchema,
]);
export type DeclaredAction = z.infer<typeof declaredActionSchema>;
export type OwnObjects = z.infer<typeof ownObjectsSchema>;
export type MoveStoredVersion = z.infer<typeof moveStoredVersionSchema>;
export type WaitFor = z.infer<typeof waitForSchema>;
export type SetField = z.infer<typeof setFieldSchema>;
export type MigrateClaim = z.infer<typeof migrateClaimSchema>;

const point = z
  .string()
  .max(300)
  .regex(/^(?:nodes|layers|[a-z0-9]+-[a-z0-9][a-z0-9._-]*)$/, 'nodes, layers, or a layer such as addon-platform');

/** A step that a release adds to those that follow from what it changes. */
export const declaredStepSchema = z.strictObject({
  name: declaredNameSchema.describe('Unique in the release.'),
  title: z.string().min(1).max(200).describe('What it does: Give the ingress controller to its chart.'),
  at: exactlyOne({
    before: point.optional().describe('Before all nodes, all layers, or a layer: nodes, layers, addon-platform.'),
    after: point.optional().describe('Likewise after.'),
  }).describe('Where it stands among the steps of the plan.'),
  do: declaredActionSchema.describe('What it does, of one of the kinds that there are.'),
});
export type DeclaredStep = z.infer<typeof declaredStepSchema>;
