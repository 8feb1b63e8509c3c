import { type ConsoleImage, consoleManifest, consoleNames, imageManifest } from './console-manifests.ts';

/** The files of the packs of a console, by their paths below the folder of packs. */
export function packFiles(image: ConsoleImage): ReadonlyMap<string, string> {
  const { pack, imagePack } = consoleNames;
  return new Map([
    [`${imagePack}/pack.json`, packJson(imagePack, 'Sealift console, its image', image)],
    [`${imagePack}/values.yaml`, imageValues(image)],
    [`${imagePack}/manifests/image.yaml`, imageManifest(image)],
    [`${imagePack}/README.md`, imageReadme],
    [`${pack}/pack.json`, packJson(pack, 'Sealift console', image)],
    [`${pack}/values.yaml`, consoleValues(image)],
    [`${pack}/manifests/console.yaml`, consoleManifest(image)],
    [`${pack}/README.md`, consoleReadme],
  ]);
}

function packJson(name: string, displayName: string, { version }: ConsoleImage): string {
  const pack = { name, displayName, version, layer: 'addon', addonType: 'system app', cloudTypes: ['all'] };
  return `${JSON.stringify(pack, null, 2)}\n`;
}

function imageValues({ image }: ConsoleImage): string {
  return `pack:
  content:
    images:
      - image: ${image}
  namespace: ${consoleNames.namespace}
`;
}

function consoleValues(image: ConsoleImage): string {
  return `${imageValues(image)}
console:
  # Room for the registry's content and backups, on a volume of the default storage class.
  storage: 100Gi
  # IP address or range of the proxy that ends TLS in front of it, as its pod is reached; its X-Forwarded headers are believed.
  trustedProxy: ""
  # The most memory that it may take.
  memory: 3Gi
`;
}

const imageReadme = `# Sealift console, its image

Keeps the image of the console on every node that it may run on. Put it before \`${consoleNames.pack}\` in a release's layers: then nodes have
the new version, and have started it, before the console is replaced.
`;

const consoleReadme = `# Sealift console

The console of the platform, in its own cluster. It needs a PostgreSQL server, whose address is \`DATABASE_URL\` in the Secret
\`${consoleNames.namespace}/${consoleNames.pack}\`; what else is in that Secret becomes a variable of the console's environment; what is in
\`${consoleNames.pack}-files\`, which may be missing, are files in \`/etc/sealift\`. Its login to the cluster is
the ServiceAccount of its pod.

A newer version of this pack replaces the console: the old one stops at a safe point, the new one goes on with what is under way.
`;
