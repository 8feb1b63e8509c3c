import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { LayerContent } from './pack-content.ts';

/** Makes the namespaces of a layer where they are missing, with the labels that its pack asks for; other labels stay. @throws KUBERNETES_… */
export async function ensureNamespaces(
  objects: Objects,
  { namespace, namespaceLabels }: Pick<LayerContent, 'namespace' | 'namespaceLabels'>,
  cancel: Cancel,
): Promise<void> {
  for (const name of new Set([namespace, ...namespaceLabels.keys()])) {
    const of = { apiVersion: 'v1', kind: 'Namespace', name };
    const labels = namespaceLabels.get(name) ?? {};
    const metadata = Object.keys(labels).length === 0 ? { name } : { name, labels };
    const found = await objects.get(of, cancel);
    if (found === undefined) {
      if (await objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata }, cancel)) continue;
    }
    const has = found?.metadata.labels ?? {};
    const differs = Object.entries(labels).some(([label, value]) => !Object.hasOwn(has, label) || has[label] !== value);
    if (differs) await objects.mergePatch(of, { metadata: { labels } }, cancel);
  }
}
