import { type RefusedWork, refused } from '@sealift/upgrade/declared/refused';
import { z } from 'zod';
import type { Claim, Volume } from './claim-objects.ts';

/** On the volume while its claim is made anew: whose it is, and what the claim was. Whoever goes on after a cut reads it there. */
export const claimMark = 'sealift.dev/migrated-claim';
export const formerMark = 'sealift.dev/former-claim';

const formerSchema = z.strictObject({
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  ownerReferences: z.array(z.looseObject({})),
  volumeMode: z.string().nullable(),
  resources: z.looseObject({}),
  storageClass: z.string().nullable(),
  reclaimPolicy: z.string(),
});
/** What a claim was before it is made anew, and its volume. */
export type Former = z.infer<typeof formerSchema>;

/** What Kubernetes itself wrote on the claim is of its old volume and is left out. */
export function describeFormer({ metadata, spec }: Claim, volume: Volume): Former {
  const annotations = Object.entries(metadata.annotations ?? {}).filter(
    ([name]) => !/^(?:pv|volume|volume\.beta)\.kubernetes\.io\//.test(name),
  );
  return {
    labels: metadata.labels ?? {},
    annotations: Object.fromEntries(annotations),
    ownerReferences: metadata.ownerReferences ?? [],
    volumeMode: spec.volumeMode ?? null,
    resources: spec.resources ?? {},
    storageClass: spec.storageClassName ?? null,
    reclaimPolicy: volume.spec.persistentVolumeReclaimPolicy ?? 'Retain',
  };
}

/** What the claim of a volume was. @throws DECLARED_STEP_REFUSED where that is not readable */
export function formerOf({ metadata }: Volume, what: RefusedWork): Former {
  const text = metadata.annotations?.[formerMark] ?? '';
  try {
    return formerSchema.parse(JSON.parse(text));
  } catch {
    const remedy = `The volume ${metadata.name} has what was in it. Make a claim for it by hand, then take the annotation ${claimMark} away from the volume.`;
    throw refused(
      what,
      `what its claim was is not readable in the annotation ${formerMark} of the volume ${metadata.name}`,
      remedy,
    );
  }
}
