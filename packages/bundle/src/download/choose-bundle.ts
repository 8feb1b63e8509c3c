import { SealiftError } from '@sealift/core/errors';
import type { PlacedBlob } from '../differential/section.ts';
import type { PublishedBundle, PublishedIndex } from '../published/index-format.ts';

/** What is wanted of an index. */
export interface WantedBundle {
  readonly kind: 'release' | 'pack';
  readonly version: string;
  /** Of a pack its name; of a release only needed where the index has several products. */
  readonly product?: string | undefined;
}

/** What a site has, as somebody looked it up or as a person says. */
export type SiteContent =
  | { readonly kind: 'blobs'; readonly label: string; readonly blobs: readonly PlacedBlob[] }
  | { readonly kind: 'word'; readonly base: string };

/** Whether a differential bundle fits a site, and why. */
export interface Judgement {
  readonly name: string;
  readonly fits: boolean;
  readonly reason: string;
}

/**
 * The bundles of a version: the one that needs nothing, and differential ones.
 *
 * @throws DOWNLOAD_BUNDLE_UNKNOWN, DOWNLOAD_BUNDLE_AMBIGUOUS
 */
export function bundlesOf(
  index: PublishedIndex & { readonly url: string },
  { kind, version, product }: WantedBundle,
): { readonly full: PublishedBundle | undefined; readonly differentials: readonly PublishedBundle[] } {
  const { url, bundles } = index;
  const ofKind = bundles.filter((one) => one.kind === kind && (product === undefined || one.product === product));
  const found = ofKind.filter((one) => one.version === version);
  const wanted = `${kind} ${product === undefined ? '' : `${product} `}${version}`;
  if (found.length === 0) {
    const known = ofKind.slice(0, 50).map((one) => `${one.product} ${one.version}`);
    const listed =
      known.length === 0 ? `no ${kind}${product === undefined ? '' : ` of ${product}`} at all` : known.join(', ');
    throw new SealiftError('DOWNLOAD_BUNDLE_UNKNOWN', { values: { url, wanted, known: listed }, place: url });
  }
  const full = found.filter((one) => one.base === undefined);
  const products = new Set(found.map((one) => one.product));
  if (full.length > 1 || products.size > 1) {
    const names = found.map(({ name }) => name).join(', ');
    throw new SealiftError('DOWNLOAD_BUNDLE_AMBIGUOUS', { values: { url, wanted, names }, place: url });
  }
  return { full: full[0], differentials: found.filter((one) => one.base !== undefined) };
}

/**
 * Whether a site has what a differential bundle builds on: every blob in the repository that it is taken from, or the base by name where a
 * person says that it is there.
 */
export function judge(bundle: PublishedBundle, needs: readonly PlacedBlob[], site: SiteContent): Judgement {
  const base = bundle.base ?? '';
  const { name } = bundle;
  if (site.kind === 'word') {
    const fits = base === `${bundle.product} ${site.base}`;
    const reason = fits ? `it builds on ${base}, which you say is there` : `it builds on ${base}`;
    return { name, fits, reason };
  }
  const has = new Set(site.blobs.map(keyOf));
  const missing = needs.filter((need) => !has.has(keyOf(need)));
  if (missing.length === 0) {
    return { name, fits: true, reason: `it builds on ${base}, and ${site.label} has all ${needs.length} blobs of it` };
  }
  const reason = `it builds on ${base}, and of ${needs.length} blobs of it ${site.label} lacks ${missing.length}`;
  return { name, fits: false, reason };
}

function keyOf({ registry, repository, digest }: PlacedBlob): string {
  return `${registry} ${repository} ${digest}`;
}
