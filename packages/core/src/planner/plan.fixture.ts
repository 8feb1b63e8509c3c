import { type Release, releaseSchema } from '../release/release.ts';

/** A digest of the right form that is told apart by its first letter. */
export function digestOf(name: string): string {
  const hex = Array.from(name, (letter) => letter.charCodeAt(0).toString(16)).join('');
  return `sha256:${hex.padEnd(64, '0').slice(0, 64)}`;
}

export interface ReleaseSketch {
  readonly product?: string;
  readonly version: string;
  readonly kubernetes: string;
  /** OVA file name; its SHA-256 follows from it. Absent: no node image. */
  readonly ova?: string | undefined;
  readonly from?: readonly (string | { range: string; risk: string; check?: string })[];
  readonly required?: boolean;
  /** `layer/pack@version`. */
  readonly layers?: readonly string[];
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A checked release from its few facts that a planning test is about. */
export function release(sketch: ReleaseSketch): Release {
  const layers = (sketch.layers ?? ['addon/platform@1.0.0']).map((text) => {
    const [layer, name, version] = text.split(/[/@]/);
    return { layer, name, version, digest: digestOf(text) };
  });
  return releaseSchema.parse({
    apiVersion: 'sealift.dev/v1',
    kind: 'Release',
    metadata: { product: sketch.product ?? 'Harborview', version: sketch.version },
    spec: {
      upgradesFrom: (sketch.from ?? []).map((edge) =>
        typeof edge === 'string'
          ? { range: edge }
          : { range: edge.range, risk: { name: edge.risk, severity: 'high', text: 'x', check: edge.check } },
      ),
      required: sketch.required ?? false,
      kubernetes: { version: sketch.kubernetes, supported: '>=1' },
      nodeImage:
        sketch.ova === undefined
          ? undefined
          : {
              ova: sketch.ova,
              os: 'ubuntu-22.04',
              kubernetes: sketch.kubernetes,
              sha256: digestOf(sketch.ova).slice(7),
              digest: digestOf(sketch.ova),
              sizeBytes: 1,
            },
      layers: layers.map(({ layer, name, version, digest }) => ({ layer, pack: name, version, digest })),
      packs: layers.map((layer) => ({ ...layer, sizeBytes: 1 })),
      images: [],
      ...sketch.spec,
    },
  });
}
