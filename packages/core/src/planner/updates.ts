import { z } from 'zod';
import { layerNameSchema, packNameSchema, packVersionSchema } from '../pack/pack.ts';
import { digestSchema } from '../release/digest.ts';
import { type Release, upgradeEdgeSchema } from '../release/release.ts';
import { nodeImageDecisionSchema } from '../upgrade/plan/plan.ts';
import { compareVersions } from '../version/version.ts';
import { layerChanges } from './layer-changes.ts';
import { judgeStep } from './legality.ts';
import { decideNodeImage } from './node-image.ts';
import { inGraph, releaseGraph } from './release-graph.ts';
import { whyNotReversible } from './reversible-steps.ts';

/** A release in the catalogue that is newer than the installed one, legal or refused with the reason. */
export const availableUpdateSchema = z.object({
  version: packVersionSchema,
  release: digestSchema,
  legal: z.boolean(),
  reason: z.string(),
  risk: upgradeEdgeSchema.shape.risk,
  nodeImage: nodeImageDecisionSchema,
  /** Whether its control plane may stay able to go back until a person finalises it. */
  reversible: z.boolean().default(false),
  /** What its vendor says of it; null where that is nothing. */
  notes: z.string().nullable().default(null),
  /** The layers that change, in the order in which they are applied. */
  layers: z
    .array(
      z.object({
        layer: layerNameSchema,
        pack: packNameSchema,
        from: packVersionSchema.nullable(),
        to: packVersionSchema.nullable(),
      }),
    )
    .default([]),
});
export type AvailableUpdate = z.infer<typeof availableUpdateSchema>;

/** A release in the catalogue with the digest of its marker's manifest. */
export interface CatalogueRelease {
  readonly release: Release;
  readonly digest: string;
}

/** Every newer release of the installed product, newest first, each legal or refused with the reason. */
export function listUpdates({
  installed,
  catalogue,
}: {
  readonly installed: Release;
  readonly catalogue: readonly CatalogueRelease[];
}): AvailableUpdate[] {
  const { product, version } = installed.metadata;
  const graph = releaseGraph(product, [installed, ...catalogue.map(({ release }) => release)]);
  const from = inGraph(graph, version);
  if (from === undefined) return [];
  const digests = new Map(catalogue.map(({ release, digest }) => [release, digest]));
  return graph.releases
    .slice(from.place + 1)
    .toReversed()
    .flatMap((to) => {
      const digest = digests.get(to.release);
      if (digest === undefined) return [];
      const verdict = judgeStep(graph, from, to);
      const nodeImage = decideNodeImage(installed, to.release);
      return {
        version: to.version.text,
        release: digest,
        legal: verdict.legal,
        reason: verdict.reason,
        ...(verdict.legal && verdict.edge.risk !== undefined ? { risk: verdict.edge.risk } : {}),
        nodeImage,
        reversible: verdict.legal && whyNotReversible(installed, nodeImage) === undefined,
        notes: to.release.spec.notes ?? null,
        layers: changedLayers(installed, to.release),
      };
    });
}

function changedLayers(installed: Release, to: Release): AvailableUpdate['layers'] {
  return layerChanges(installed.spec.layers, to.spec.layers)
    .filter(({ change }) => change !== 'unchanged')
    .map(({ layer, pack, from, to: target }) => ({
      layer,
      pack,
      from: from?.version ?? null,
      to: target?.version ?? null,
    }));
}

/** The update to offer: the newest legal one without a risk, else the newest legal one, else none. */
export function recommendUpdate(updates: readonly AvailableUpdate[]): AvailableUpdate | undefined {
  const legal = updates.filter((update) => update.legal).toSorted((a, b) => compareVersions(b.version, a.version));
  return legal.find(({ risk }) => risk === undefined) ?? legal[0];
}
