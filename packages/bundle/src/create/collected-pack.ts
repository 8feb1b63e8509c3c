import { type Findings, imagesInPack } from '@sealift/oci/named-images';
import { SealiftError } from '@sealift/core/errors';
import { readPlain } from '@sealift/core/merge';
import type { LayerName, Pack } from '@sealift/core/pack';
import { readChart } from '@sealift/oci/chart-archive';
import type { Descriptor } from '@sealift/oci/descriptor';
import type { PackContent } from '@sealift/oci/pack-artifact';

const schemaFiles = ['values.schema.json', 'schema.yaml'] as const;

/** A pack that the bundle will hold. */
export interface CollectedPack {
  readonly name: string;
  readonly version: string;
  readonly layer: LayerName;
  readonly descriptor: Descriptor;
  readonly sizeBytes: number;
  /** The images that it names, and where one may be named that cannot be known. */
  readonly images: Findings;
  /** The files in it that describe its values. */
  readonly schemas: readonly string[];
  /** As the release file names it, the pattern followed. */
  readonly source: string;
}

/** What completeness and the index need to know of a pack. @throws CHART_INVALID, PACK_VALUES_INVALID */
export async function describePack(
  { name, version, layer }: Pack,
  { valuesYaml, manifests, charts: archives, files }: PackContent,
): Promise<Omit<CollectedPack, 'descriptor' | 'sizeBytes' | 'source'>> {
  const place = `pack ${name} ${version}`;
  demandReadable(valuesYaml, place);
  const charts = new Map<string, Awaited<ReturnType<typeof readChart>>>();
  for (const [path, archive] of archives) charts.set(path, await readChart(archive, `${place}, ${path}`));
  const images = imagesInPack({ valuesYaml, manifests, charts }, place);
  return { name, version, layer, images, schemas: schemaFiles.filter((file) => files.includes(file)) };
}

/** Values that no site could merge are the vendor's mistake, and found where it can be mended. */
function demandReadable(valuesYaml: string, place: string): void {
  try {
    readPlain(valuesYaml, 'values.yaml');
  } catch (error) {
    if (!(error instanceof SealiftError)) throw error;
    const values = { path: `${place}, values.yaml`, reason: error.message };
    throw new SealiftError('PACK_VALUES_INVALID', {
      values,
      place: `${place}, ${error.place ?? 'values.yaml'}`,
      cause: error,
    });
  }
}
