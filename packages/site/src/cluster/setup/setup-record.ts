import { digestOfSettings } from '@sealift/kubernetes/kubeadm-setup';
import type { KubeadmSettings } from '@sealift/kubernetes/kubeadm-settings';
import type { RolloutOwner } from '@sealift/kubernetes/rollout-owner';
import { z } from 'zod';

/** Which settings of kubeadm were written for an owner of machines, kept on it: written in the patch that writes them. */
export const setupAnnotation = 'sealift.dev/kubeadm';

const recordSchema = z.object({
  format: z.literal(1),
  /** Digest of all that was asked for. */
  asked: z.string(),
  /** Digests of single settings that are as they were written, and so go when they are not asked for any more. */
  own: z.array(z.string()).max(10_000).readonly(),
});
export type SetupRecord = z.infer<typeof recordSchema>;

/** The text of the annotation. */
export function printRecord(asked: KubeadmSettings, own: readonly string[]): string {
  return JSON.stringify({ format: 1, asked: digestOfSettings(asked), own } satisfies SetupRecord);
}

/** What is recorded; nothing where it cannot be read, so that what is not known to be ours is left alone. */
export function recordOf({ annotations }: Pick<RolloutOwner, 'annotations'>): SetupRecord {
  const nothing: SetupRecord = { format: 1, asked: digestOfSettings(new Map()), own: [] };
  if (!Object.hasOwn(annotations, setupAnnotation)) return nothing;
  try {
    return recordSchema.parse(JSON.parse(annotations[setupAnnotation] ?? ''));
  } catch {
    return { ...nothing, asked: '' };
  }
}
