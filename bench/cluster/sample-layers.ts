/** As many as a profile has at most. */
export const layerCount = 60;
const settings = 5;

/** The manifests of one layer: settings, a service, and a Deployment whose pod changes with each version. */
export function manifestOf(index: number, version: string, namespace: string): string {
  const name = `part-${index}`;
  const data = Object.fromEntries(
    Array.from({ length: 20 }, (_, line) => [`key${line}`, `value ${line} of ${version}`]),
  );
  const labels = { app: name };
  const objects = [
    ...Array.from({ length: settings }, (_, at) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `${name}-${at}`, namespace },
      data,
    })),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { selector: labels, ports: [{ port: 80 }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: 'main', image: `registry.example/part${index}:${version}` }] },
        },
      },
    },
  ];
  // JSON is YAML; without the line before it kubectl would take all of it for one JSON document.
  return objects.map((object) => `---\n${JSON.stringify(object)}\n`).join('');
}
