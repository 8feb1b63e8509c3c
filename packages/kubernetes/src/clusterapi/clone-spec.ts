import { z } from 'zod';
import { decode } from '../connection/decode.ts';
import { nameOf, referenceOf } from '../objects/object.ts';
import type { MachineTemplate } from './templates.ts';

/** What a VSphereMachineTemplate says of the room that a machine takes; what it leaves out is as in the VM template. */
export interface CloneSpec {
  /** Of the VM template in vCenter: its name or inventory path. */
  readonly template: string;
  readonly datacenter: string | undefined;
  /** Name, inventory path or id; undefined where the provider takes the only one of the datacenter, or the policy chooses. */
  readonly datastore: string | undefined;
  readonly storagePolicy: string | undefined;
  readonly cloneMode: 'linkedClone' | 'fullClone' | undefined;
  /** Of the first disk. */
  readonly diskGiB: number | undefined;
  /** Of the disks after the first, in their order. */
  readonly furtherDisksGiB: readonly number[];
  /** Of disks that the VM template does not have. */
  readonly newDisksGiB: readonly number[];
  readonly memoryMiB: number | undefined;
}

const size = z
  .number()
  .min(0)
  .max(10 ** 9);
const text = z.string().max(2000).nullish();
const schema = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        template: z.string().min(1).max(2000),
        datacenter: text,
        datastore: text,
        storagePolicyName: text,
        cloneMode: z.enum(['linkedClone', 'fullClone', '']).nullish(),
        diskGiB: size.nullish(),
        additionalDisksGiB: z.array(size).max(100).nullish(),
        dataDisks: z
          .array(z.object({ sizeGiB: size }))
          .max(100)
          .nullish(),
        memoryMiB: size.nullish(),
      }),
    }),
  }),
});

/** @throws KUBERNETES_ANSWER_INVALID */
export function cloneSpecOf({ object }: MachineTemplate): CloneSpec {
  const { spec } = decode(schema, object, nameOf(referenceOf(object))).spec.template;
  const given = (value: string | null | undefined): string | undefined =>
    value === null || value === '' ? undefined : value;
  const above = (value: number | null | undefined): number | undefined =>
    value === null || value === 0 ? undefined : value;
  return {
    template: spec.template,
    datacenter: given(spec.datacenter),
    datastore: given(spec.datastore),
    storagePolicy: given(spec.storagePolicyName),
    cloneMode: spec.cloneMode === '' ? undefined : (spec.cloneMode ?? undefined),
    diskGiB: above(spec.diskGiB),
    furtherDisksGiB: spec.additionalDisksGiB ?? [],
    newDisksGiB: (spec.dataDisks ?? []).map(({ sizeGiB }) => sizeGiB),
    memoryMiB: above(spec.memoryMiB),
  };
}
