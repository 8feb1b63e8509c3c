import type { BackupRecordOf } from '@sealift/core/backup';
import { groupVersionOf, type KubeObject } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { z } from 'zod';

/** How definitions of kinds are called. */
export const definitionKind = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;

const definition = z.looseObject({ group: z.string(), names: z.looseObject({ kind: z.string() }) });

/** The definitions of the kinds of objects, but for those that are the API server's own. @throws KUBERNETES_… */
export async function definitionsOf(
  objects: Objects,
  of: readonly KubeObject[],
  cancel: Cancel,
): Promise<readonly BackupRecordOf<'definition'>['object'][]> {
  const kinds = new Set(of.map(({ apiVersion, kind }) => `${kind} ${groupVersionOf(apiVersion).group}`));
  const found: BackupRecordOf<'definition'>['object'][] = [];
  for (const one of await objects.list(definitionKind, cancel)) {
    const spec = definition.safeParse(one['spec']).data;
    if (spec === undefined || !kinds.has(`${spec.names.kind} ${spec.group}`)) continue;
    const { apiVersion, kind, metadata } = one;
    // Status and the rest of metadata are of the server that it was in.
    found.push({ apiVersion, kind, metadata: { name: metadata.name }, spec });
  }
  return found;
}
