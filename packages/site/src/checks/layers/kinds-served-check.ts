import type { CheckItem } from '@sealift/core/check';
import { acceptable, block, type Finding, pass, warn, withItems } from '@sealift/upgrade/preflight/check';
import { z } from 'zod';
import type { LayerTools } from '../../cluster/layers/layer-tools.ts';
import type { RenderedLayer } from './in-namespaces.ts';
import { unservedKinds } from './kinds-served.ts';

const consequence =
  'Unless a program of an earlier layer makes the definition by then, the upgrade stops in its middle, at the layer that brings the object.';

/**
 * Whether somebody serves the kind of every object once its layer is applied.
 *
 * @param all in the order in which they are applied
 * @param unrendered layers whose objects nobody knows, as they do not render
 * @param kubernetes of the target, such as `1.37.2`
 * @throws KUBERNETES_…
 */
export async function kindsServed(
  all: readonly RenderedLayer[],
  { unrendered, kubernetes }: { readonly unrendered: readonly string[]; readonly kubernetes: string },
  { objects, cancel }: Pick<LayerTools, 'objects' | 'cancel'>,
): Promise<Finding> {
  const [version, served] = await Promise.all([
    objects.client.read('/version', cancel),
    objects.discovery.read(cancel),
  ]);
  const now = minorOf(z.object({ gitVersion: z.string() }).parse(version).gitVersion);
  const { sure, unserved, ofNext, unanswered, looked } = unservedKinds(all, served, {
    now,
    next: minorOf(kubernetes),
  });
  const items = [...sure, ...unserved, ...unanswered, ...ofNext];
  const detail = firstOf(items);
  if (sure.length > 0) return withItems(block(detail, sure[0]?.remedy ?? ''), items);
  if (unserved.length > 0) {
    const finding = withItems(block(detail, unserved[0]?.remedy ?? ''), items);
    return acceptable(
      finding,
      consequence,
      unserved.map(({ place }) => place),
    );
  }
  if (unanswered.length > 0) {
    return withItems({ outcome: 'unknown', detail, remedy: unanswered[0]?.remedy ?? '' }, items);
  }
  if (unrendered.length > 0) {
    const remedy = 'Mend why these do not render, which a check of its own says, then look again.';
    return withItems(
      { outcome: 'unknown', detail: `Nobody knows the objects of ${listed(unrendered)}`, remedy },
      items,
    );
  }
  if (ofNext.length > 0) return withItems(warn(detail, ofNext[0]?.remedy ?? ''), items);
  return pass(`${looked} kinds of ${all.length} layers`);
}

const shown = 5;

function listed(names: readonly string[]): string {
  return `${names.slice(0, shown).join(', ')}${names.length > shown ? ` and ${names.length - shown} more` : ''}`;
}

function firstOf(items: readonly CheckItem[]): string {
  const [first] = items;
  if (first === undefined) return '';
  return `${first.place}: ${first.text}${items.length > 1 ? ` (and ${items.length - 1} more)` : ''}`;
}

/** NaN of what is no version of Kubernetes 1: then what is not served is a fault of now. */
function minorOf(version: string): number {
  return Number(/^v?1\.(\d{1,3})\./.exec(version)?.[1] ?? Number.NaN);
}
