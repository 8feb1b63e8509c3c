import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const harborview = fileURLToPath(new URL('../../examples/harborview', import.meta.url));
const layers = 60;

const sectionsPerLayer = 24;
/** Of one layer: 5,280 lines, as the largest values of real packs have. */
const sectionsOfLongest = 480;
const longest = 11;
export const versions = ['1.0.0', '1.0.1'] as const;

interface Layer {
  readonly layer: string;
  readonly pack: string;
}

/** The layers of both releases: the four that a cluster needs, and add-ons. */
export const sampleLayers: readonly Layer[] = Array.from({ length: layers }, (_, index) => {
  const layer = ['os', 'k8s', 'cni', 'csi'][index] ?? 'addon';
  return { layer, pack: `sample-${index}` };
});

/** The default values of a layer's pack; the second release changes a few of them. */
export function defaultsOf(index: number, version: string): string {
  const newer = version !== versions[0];
  const sections = Array.from({ length: index === longest ? sectionsOfLongest : sectionsPerLayer }, (_, section) => {
    const moved = newer && section % 5 === 0;
    return [
      `# Section ${section} of the component, as its vendor ships it.`,
      `section${section}:`,
      `  enabled: ${moved ? 'false' : 'true'}`,
      `  replicas: ${moved ? 3 : 2}`,
      '  resources:',
      '    limits: { cpu: 500m, memory: 512Mi }',
      `  image: registry.example/part${index}-${section}:${newer ? '2.1' : '2.0'}`,
      '  args:',
      '    - --log-level=info',
      `    - --shard=${section}`,
      '',
    ].join('\n');
  });
  return sections.join('\n');
}

/** What the site runs: each layer customised in two places that the second release leaves alone. */
export function customisedValues(index: number): string {
  const values = defaultsOf(index, versions[0]);
  // One of them in a place that the second release changes too.
  const asked =
    index === 10
      ? values.replace('section0:\n  enabled: true\n  replicas: 2', 'section0:\n  enabled: true\n  replicas: 9')
      : values;
  return asked
    .replace('section1:\n  enabled: true\n  replicas: 2', 'section1:\n  enabled: true\n  replicas: 7')
    .replace('--shard=3', '--shard=33');
}

function packVersion(layer: string, version: string): string {
  if (layer !== 'k8s') return version;
  return version === versions[0] ? '1.26.8' : '1.26.10';
}

/** Writes what `sealift bundle create` reads for a release. @returns the path of its release.yaml */
export function writeSampleRelease(folder: string, version: string): string {
  const [first] = versions;
  const older = version === first;
  const place = join(folder, version);
  mkdirSync(place, { recursive: true });
  const kubernetes = packVersion('k8s', version);
  const ova = `u-2204-0-k-${kubernetes.replaceAll('.', '')}-0.ova`;
  cpSync(join(harborview, older ? '4.2.12' : '4.2.13', 'build', ova), join(place, ova));
  for (const [index, { layer, pack }] of sampleLayers.entries()) {
    const packFolder = join(place, pack);
    mkdirSync(packFolder);
    const description = {
      name: pack,
      displayName: `Sample ${index}`,
      version: packVersion(layer, version),
      layer,
      cloudTypes: ['all'],
    };
    writeFileSync(join(packFolder, 'pack.json'), JSON.stringify(description));
    writeFileSync(join(packFolder, 'values.yaml'), defaultsOf(index, version));
  }
  const path = join(place, 'release.yaml');
  const release = {
    apiVersion: 'sealift.dev/v1',
    kind: 'Release',
    metadata: { product: 'Sample', version },
    spec: {
      upgradesFrom: [{ range: older ? '>=0.9.0 <1.0.0' : `>=${first} <${version}` }],
      required: false,
      kubernetes: { version: kubernetes, supported: '>=1.26 <1.28' },
      nodeImage: { ova, os: 'ubuntu-22.04', kubernetes },
      layers: sampleLayers.map(({ layer, pack }) => ({ layer, pack, version: packVersion(layer, version) })),
      content: { packs: sampleLayers.map(({ pack }) => `./${pack}`), images: [], nodeImage: `./${ova}` },
    },
  };
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(release, null, 2));
  return path;
}
