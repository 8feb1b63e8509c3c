import { z } from 'zod';
import { nodeSchema } from '../cluster/node.ts';
import { layerNameSchema } from '../pack/pack.ts';

const text = z.string().max(1000);
/** Values as Helm and packs have them: a mapping of anything. */
const valuesSchema = z.record(z.string(), z.unknown());

/** A layer that Sealift applied, as its record in the cluster tells. */
export const recordedLayerSchema = z.object({
  layer: layerNameSchema,
  pack: text,
  version: text,
  digest: text,
  /** SHA-256 (hex) of the values that were applied. */
  valuesHash: text,
  /** These values; null where the record does not hold them. */
  values: z.string().max(10_000_000).nullable(),
  /** Something was begun with it that has not ended. */
  unfinished: z.boolean(),
  /** What says so, such as `Secret sealift-system/layer-cni-cni-calico`. */
  object: text,
});
export type RecordedLayer = z.infer<typeof recordedLayerSchema>;

/** A release of Helm, by its newest revision. */
export const installedChartSchema = z.object({
  namespace: text,
  name: text,
  chart: text,
  version: text,
  status: text,
  revision: z.int(),
  /** What its user gave. */
  values: valuesSchema,
  /** The chart's own `values.yaml`. */
  defaults: valuesSchema,
});
export type InstalledChart = z.infer<typeof installedChartSchema>;

export const providerNames = ['core', 'bootstrap', 'control-plane', 'vsphere'] as const;
/** A Cluster API provider, by what runs it. */
export const installedProviderSchema = z.object({ name: z.enum(providerNames), version: text, object: text });
export type InstalledProvider = z.infer<typeof installedProviderSchema>;

/** The parent of an apply set (KEP-3659), and the program that made it. */
export const applySetParentSchema = z.object({ object: text, tooling: text });

/** What runs on a site, as it was found by looking. */
export const siteSurveySchema = z.object({
  /** Of the API server, without a leading `v`. */
  kubernetes: text,
  nodes: z.array(nodeSchema).max(10_000),
  layers: z.array(recordedLayerSchema).max(1000),
  charts: z.array(installedChartSchema).max(10_000),
  providers: z.array(installedProviderSchema).max(100),
  applySets: z.array(applySetParentSchema).max(10_000),
});
export type SiteSurvey = z.infer<typeof siteSurveySchema>;

/** A chart of a pack as its layer would install it with some values. */
export interface WantedChart {
  readonly chart: string;
  readonly version: string;
  readonly namespace: string;
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** An object of a pack's manifests that the cluster does not run as they make it. */
export interface OtherObject {
  readonly object: string;
  readonly state: 'missing' | 'differs' | 'unknown';
  /** The fields that differ, or why nothing can be said. */
  readonly detail: string;
}

/** What a pack brings with some values, beside what the cluster has of it. */
export interface ExaminedLayer {
  readonly charts: readonly WantedChart[];
  /** How many objects its manifests make. */
  readonly objects: number;
  /** Those among them that are otherwise on the cluster. */
  readonly others: readonly OtherObject[];
}
