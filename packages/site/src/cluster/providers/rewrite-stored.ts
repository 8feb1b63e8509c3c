import { SealiftError } from '@sealift/core/errors';
import { pause } from '@sealift/io/pause';
import { readDefinition, servedOf } from '@sealift/kubernetes/definition-versions';
import { type KubeObject, nameOf, type ObjectReference, referenceOf } from '@sealift/kubernetes/object';
import { isDefinition } from '@sealift/kubernetes/order';
import { rewriteVersions } from '@sealift/kubernetes/rewrite-versions';
import { findStaleVersions, type StaleKind } from '@sealift/kubernetes/stale-versions';
import { otherwiseStored } from '@sealift/kubernetes/storage-version';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { ProvidersTools } from './providers-tools.ts';

/** Certificates of providers' webhooks rotate for up to 90 s; each request is repeated for some seconds by itself. */
const pausesMs = [1000, 5000, 10_000, 15_000, 20_000, 30_000];

/**
 * Stores anew what a version would be dropped from under: the definitions that come do not serve it any more. The former providers convert it.
 *
 * @throws PROVIDERS_UNCONVERTED, KUBERNETES_VERSION_STUCK, KUBERNETES_…, CANCELLED
 */
export async function rewriteDropped(
  wanted: readonly KubeObject[],
  { objects, cancel }: ProvidersTools,
): Promise<void> {
  // Of the others nothing is read: it would have to be converted, by providers that may be down for the very reason for which others come.
  const coming = await dropping(wanted.filter(isDefinition), objects, cancel);
  if (coming.length === 0) return;
  const names = new Set(coming.map(({ metadata }) => metadata.name));
  const isMeant = ({ definition }: { readonly definition: string }): boolean => names.has(definition);
  for (const stale of await findStaleVersions(objects, { coming, isMeant, cancel })) {
    await rewrite(objects, stale.definition, () => Promise.resolve(stale), cancel);
  }
}

/** Definitions that do not serve every version any more that is served now. */
async function dropping(
  coming: readonly KubeObject[],
  objects: Objects,
  cancel: Cancel,
): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  for (const next of coming) {
    const live = await objects.get(referenceOf(next), cancel);
    const later = servedOf(readDefinition(next));
    if (live !== undefined && !servedOf(readDefinition(live)).every((version) => later.includes(version)))
      found.push(next);
  }
  return found;
}

/**
 * Stores every object of the providers' kinds in the version that their definition stores now, and lets the definition say so.
 *
 * @returns how many objects were looked at, of kinds that had to be stored anew
 * @throws PROVIDERS_UNCONVERTED, KUBERNETES_…, CANCELLED
 */
export async function rewriteStored(
  members: readonly ObjectReference[],
  { objects, cancel }: ProvidersTools,
): Promise<number> {
  let count = 0;
  for (const of of members.filter(({ kind }) => kind === 'CustomResourceDefinition')) {
    count += await rewrite(
      objects,
      of.name,
      async () => {
        const live = await objects.get(of, cancel);
        return live === undefined ? undefined : await otherwiseStored(objects, live, cancel);
      },
      cancel,
    );
  }
  return count;
}

/** Again while a webhook is away, since that is how long certificates take; afterwards the first object that could not be stored is named. */
async function rewrite(
  objects: Objects,
  definition: string,
  look: () => Promise<StaleKind | undefined>,
  cancel: Cancel,
): Promise<number> {
  for (let attempt = 0; ; attempt += 1) {
    let failed: { readonly named: string; readonly error: SealiftError | undefined };
    try {
      const stale = await look();
      if (stale === undefined) return 0;
      if (stale.trouble !== null) throw stale.trouble;
      const { objects: done } = await rewriteVersions(objects, stale, { cancel });
      const [first, ...more] = done.filter(({ outcome }) => outcome === 'failed');
      if (first === undefined) return done.length;
      const others = more.length === 0 ? '' : ` and ${more.length} more`;
      failed = { named: `${nameOf(first.object)}${others}`, error: first.error };
    } catch (error) {
      if (!(error instanceof SealiftError) || error.code !== 'KUBERNETES_UNAVAILABLE') throw error;
      failed = { named: `those of ${definition}`, error };
    }
    const { named, error } = failed;
    const pauseMs = pausesMs[attempt];
    if (pauseMs === undefined || error?.code !== 'KUBERNETES_UNAVAILABLE') {
      const reason = error?.message ?? 'the server did not say why';
      throw new SealiftError('PROVIDERS_UNCONVERTED', { values: { objects: named, reason }, cause: error });
    }
    await pause(pauseMs, cancel);
  }
}
