// Pushes every image of an OCI layout, as an upload of a bundle does, in a process of its own: `measure-push <layout> <registry>`.
import { openLayout, refNameAnnotation } from '../../packages/oci/src/layout.ts';
import { push } from '../../packages/oci/src/push/push.ts';
import { imageReference } from '../../packages/oci/src/reference.ts';
import { RegistryClient } from '../../packages/oci/src/registry-client/client.ts';
import { peakOf } from './peak-memory.ts';

const [folder = '', registry = ''] = process.argv.slice(2);

async function main(): Promise<void> {
  const idleBytes = peakOf('self');
  const source = await openLayout(folder);
  const client = new RegistryClient({ registry, plainHttp: true });
  try {
    const items = source.index.manifests.map(({ digest, annotations }) => ({
      client,
      digest,
      ...imageReference('ours', annotations?.[refNameAnnotation] ?? ''),
    }));
    const { blobs } = await push({ source, items });
    process.stdout.write(JSON.stringify({ blobs, grownBytes: peakOf('self') - idleBytes }));
  } finally {
    client.close();
  }
}

// Not awaited at the top: it is bundled into a script.
void main();
