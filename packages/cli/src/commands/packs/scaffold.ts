/** What a new pack is called. */
export interface NewPack {
  readonly name: string;
  readonly version: string;
  readonly layer: string;
  readonly displayName: string;
}

/** Layers that are settings of the nodes: nothing of them is applied to the cluster. */
const settingsOnly: ReadonlySet<string> = new Set(['kernel', 'os', 'k8s']);

/** The files of a new pack by their paths: one that is valid, and does as little as a pack can. */
export function scaffold(pack: NewPack): Readonly<Record<string, string>> {
  const { name, version, layer, displayName } = pack;
  const manifest = `manifests/${name}.yaml`;
  const applies = !settingsOnly.has(layer);
  const packJson = {
    name,
    displayName,
    version,
    layer,
    cloudTypes: ['vsphere'],
    ...(applies ? { charts: [], kubeManifests: [manifest] } : {}),
    constraints: { dependencies: [], resources: [] },
  };
  return {
    'pack.json': `${JSON.stringify(packJson, undefined, 2)}\n`,
    'values.yaml': applies ? appliedValues(name) : 'pack:\n  content:\n    images: []\n',
    'README.md': `# ${displayName}\n\nWhat the pack does, and what a site sets in its values.\n`,
    ...(applies ? { [manifest]: sampleManifest(name) } : {}),
  };
}

function appliedValues(name: string): string {
  return `pack:
  # Where charts and manifests without a namespace of their own go.
  namespace: ${name.replaceAll(/[._]/g, '-')}
  content:
    # Every image that charts and manifests name, so that a bundle brings it.
    images: []
# Values of each chart, by the name of the chart.
charts: {}
# Values of each manifest that is a template, by the name of its file.
manifests:
  ${JSON.stringify(name)}:
    greeting: hello
`;
}

function sampleManifest(name: string): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name.replaceAll('_', '-')}
data:
  greeting: {{ .Values.greeting | quote }}
`;
}
