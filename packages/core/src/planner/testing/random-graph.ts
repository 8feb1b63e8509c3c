import fc from 'fast-check';
import type { Release } from '../../release/release.ts';
import { digestOf, release } from '../plan.fixture.ts';

/** A release in numbers, from which both the release itself and an independent judgement of it are made. */
export interface DrawnRelease {
  readonly major: number;
  readonly minor: number;
  /** Minor and patch of Kubernetes 1. */
  readonly kubernetes: readonly [number, number];
  readonly brings: boolean;
  /** Minors between of which it brings an image. */
  readonly between: readonly number[];
  readonly required: boolean;
  /** The oldest minor of Kubernetes that it supports. */
  readonly supports: number;
  /** Cluster API 1.<minor>.<patch>, where it brings one. */
  readonly providers: readonly [number, number] | undefined;
  readonly gateway: { readonly version: number; readonly minimum: number } | undefined;
  readonly missing: boolean;
  readonly megabytes: number;
  /** By place of an older release: whether the step is declared, and with which risk. */
  readonly from: readonly ('no' | 'plain' | 'low' | 'high')[];
}

export interface DrawnGraph {
  readonly releases: readonly DrawnRelease[];
  readonly gateways: readonly number[];
  readonly freeMegabytes: number | undefined;
  readonly accepted: boolean;
  readonly machines: { readonly 'control-plane': number; readonly workers: number };
}

const pair = (low: number, high: number, patches: number) =>
  fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: 0, max: patches }));
const seldom = fc.integer({ min: 0, max: 7 }).map((drawn) => drawn === 0);

function drawnRelease(place: number): fc.Arbitrary<DrawnRelease> {
  const minor = 31 + Math.floor(place / 2);
  return fc.record({
    major: fc.constant(4 + Number(place > 4)),
    minor: fc.integer({ min: 0, max: 1 }).map((more) => Math.floor(place / 2) + more),
    kubernetes: pair(Math.max(31, minor - 1), minor + 1, 12),
    brings: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn > 0),
    between: fc.subarray([31, 32, 33, 34, 35]),
    required: seldom,
    supports: fc.integer({ min: 30, max: 34 }),
    providers: fc.option(pair(10, 14, 14), { nil: undefined, freq: 2 }),
    gateway: fc.option(fc.record({ version: fc.nat(6), minimum: fc.nat(6) }), { nil: undefined }),
    missing: seldom,
    megabytes: fc.integer({ min: 1, max: 9 }),
    from: fc.array(fc.constantFrom('no', 'plain', 'plain', 'low', 'high'), { minLength: place, maxLength: place }),
  });
}

/** Graphs small enough to try every path, with something of every rule in them. */
export const drawnGraphs: fc.Arbitrary<DrawnGraph> = fc.integer({ min: 2, max: 7 }).chain((count) =>
  fc.record({
    releases: fc.tuple(...Array.from({ length: count }, (_, place) => drawnRelease(place))),
    gateways: fc.array(fc.nat(6), { maxLength: 2 }),
    freeMegabytes: fc.option(fc.integer({ min: 4, max: 20 }), { nil: undefined }),
    accepted: fc.boolean(),
    machines: fc.record({ 'control-plane': fc.constantFrom(1, 3), workers: fc.integer({ min: 1, max: 5 }) }),
  }),
);

/** Versions rise with the place whatever their minor: the place is the patch. */
export function versionOf({ releases }: DrawnGraph, place: number): string {
  const drawn = releases[place];
  const minor = Math.max(
    ...releases.slice(0, place + 1).flatMap((one) => (one.major === drawn?.major ? one.minor : 0)),
  );
  return `${drawn?.major ?? 0}.${minor}.${place}`;
}

export function kubernetesOf([minor, patch]: readonly [number, number]): string {
  return `1.${minor}.${patch}`;
}

/** The images that a drawn release brings of minors between, each older than its own. */
export function betweenOf({ between, kubernetes }: DrawnRelease): readonly number[] {
  return between.filter((minor) => minor < kubernetes[0]);
}

/** The releases as they would be published. */
export function publish(graph: DrawnGraph): readonly Release[] {
  return graph.releases.map((drawn, place) => {
    const image = (kubernetes: string, megabytes: number) => {
      const ova = `k-${place}-${kubernetes}.ova`;
      const digest = digestOf(ova);
      return { ova, os: 'x', kubernetes, sha256: digest.slice(7), digest, sizeBytes: megabytes * 1_000_000 };
    };
    const kubernetes = kubernetesOf(drawn.kubernetes);
    const between = drawn.brings ? betweenOf(drawn).map((minor) => image(`1.${minor}.0`, 1)) : [];
    const components = { pack: 'cluster-api', version: '1', digest: digestOf('capi') };
    const upgradesFrom = drawn.from.flatMap((kind, older) => {
      if (kind === 'no') return [];
      const range = versionOf(graph, older);
      if (kind === 'plain') return { range };
      return { range, risk: { name: kind === 'low' ? 'Small' : 'Great', severity: kind, text: 'x' } };
    });
    return release({
      version: versionOf(graph, place),
      kubernetes,
      required: drawn.required,
      spec: {
        upgradesFrom,
        kubernetes: { version: kubernetes, supported: `>=1.${Math.min(drawn.supports, drawn.kubernetes[0])}` },
        nodeImage: drawn.brings ? image(kubernetes, drawn.megabytes) : undefined,
        intermediateNodeImages: between.length === 0 ? undefined : between,
        clusterApi:
          drawn.providers === undefined
            ? undefined
            : { core: kubernetesOf(drawn.providers), kubeadm: '1.0.0', vsphere: '1.0.0', components },
        gateway:
          drawn.gateway === undefined
            ? undefined
            : { version: `1.${drawn.gateway.version}.0`, minimum: `1.${drawn.gateway.minimum}.0` },
      },
    });
  });
}
