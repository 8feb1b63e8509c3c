import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { PendingFile } from '@sealift/io/pending-file';
import { refusal, type SimulatedCluster } from './cluster.ts';
import type { SimulatedTemplate } from './state.ts';

/** The largest OVA accepted. */
export const maxOvaBytes = 64 * 1024 ** 3;

/**
 * Receives an OVA and makes it a template. The digest is computed while the bytes arrive; they stay under a temporary
 * name, and a cut or false upload leaves nothing.
 *
 * @throws SIMULATOR_REFUSED for a length or digest other than announced.
 */
export async function receiveTemplate(
  cluster: SimulatedCluster,
  template: SimulatedTemplate & { sha256: string },
  body: IncomingMessage,
): Promise<void> {
  await using file = await PendingFile.create(cluster.folder.datastore);
  const hash = createHash('sha256');
  let received = 0;
  // A refusal in the middle must still be answered, so leaving the loop may not end the connection.
  for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > template.sizeBytes)
      throw refusal(`the upload is longer than the ${template.sizeBytes} bytes announced`);
    hash.update(chunk);
    await file.write(chunk);
  }
  if (received !== template.sizeBytes)
    throw refusal(`the upload ended after ${received} of ${template.sizeBytes} bytes`);
  const actual = hash.digest('hex');
  if (actual !== template.sha256) throw refusal(`the OVA has SHA-256 ${actual}, announced was ${template.sha256}`);
  // Gigabytes take their time: nobody else waits for them in the cluster's turn.
  await file.sync();
  await cluster.addTemplate(template, (path) => file.commit(path));
}
