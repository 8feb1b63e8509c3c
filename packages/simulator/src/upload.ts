import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { refusal, type SimulatedCluster } from './cluster.ts';
import { syncFolder, unwritable } from './state-folder.ts';
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
  const temporary = join(cluster.folder.datastore, `${randomUUID()}.part`);
  const file = await open(temporary, 'wx');
  try {
    const hash = createHash('sha256');
    let received = 0;
    // A refusal in the middle must still be answered, so leaving the loop may not end the connection.
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > template.sizeBytes)
        throw refusal(`the upload is longer than the ${template.sizeBytes} bytes announced`);
      hash.update(chunk);
      await write(file, chunk, temporary);
    }
    if (received !== template.sizeBytes)
      throw refusal(`the upload ended after ${received} of ${template.sizeBytes} bytes`);
    const actual = hash.digest('hex');
    if (actual !== template.sha256) throw refusal(`the OVA has SHA-256 ${actual}, announced was ${template.sha256}`);
    await file.sync();
    await cluster.addTemplate(template, async (path) => {
      await rename(temporary, path);
      await syncFolder(cluster.folder.datastore);
    });
  } finally {
    await file.close();
    await rm(temporary, { force: true });
  }
}

async function write(file: FileHandle, chunk: Buffer, path: string): Promise<void> {
  try {
    await file.writeFile(chunk);
  } catch (error) {
    throw unwritable(path, error);
  }
}
