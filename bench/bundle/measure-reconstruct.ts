// Rebuilds a file from a blob of a registry and its difference, and pushes it to that registry, in a process of its own, so that its
// peak memory is its own.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { reconstruct } from '../../packages/bundle/src/differential/reconstruct.ts';
import type { Digest } from '../../packages/oci/src/digest.ts';
import { BlobSender } from '../../packages/oci/src/push/blob-sender.ts';
import { memoryJournal } from '../../packages/oci/src/push/upload-journal.ts';
import { RegistryClient } from '../../packages/oci/src/registry-client/client.ts';
import { peakOf } from './peak-memory.ts';

const [registry = '', basePath = '', targetPath = '', deltaPath = ''] = process.argv.slice(2);
const client = new RegistryClient({ registry, plainHttp: true, env: {} });
await client.ping();
const idleBytes = peakOf('self');
// Whatever it reads and sends from here on counts.
const base = await describe(basePath);
await client.pushBlob('bench/base', base.digest, base.size, () => Promise.resolve(createReadStream(basePath)));
const target = await describe(targetPath);
const wanted = {
  ...target,
  base: { ...base, source: client.source('bench/base') },
  recipe: await fileAt(`${deltaPath}.recipe`),
  delta: await fileAt(deltaPath),
};
const began = performance.now();
const cpuBefore = process.cpuUsage();
const sender = new BlobSender({
  journal: memoryJournal(),
  open: () => Promise.resolve(reconstruct(wanted)),
  onPosition: () => undefined,
  onSent: () => undefined,
});
await sender.send(client, `bench/target-${process.pid}`, { ...target, mediaType: 'application/octet-stream' });
const milliseconds = performance.now() - began;
const { user, system } = process.cpuUsage(cpuBefore);
client.close();
const cpuMilliseconds = (user + system) / 1000;
process.stdout.write(
  JSON.stringify({ milliseconds, cpuMilliseconds, bytes: target.size, grownBytes: peakOf('self') - idleBytes }),
);

async function describe(path: string): Promise<{ readonly digest: Digest; readonly size: number }> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) hash.update(chunk);
  return { digest: `sha256:${hash.digest('hex')}`, size: (await stat(path)).size };
}

async function fileAt(path: string) {
  const described = await describe(path);
  const source = {
    size: () => Promise.resolve(described.size),
    open: (_digest: Digest, range?: { readonly start: number; readonly end: number }) =>
      Promise.resolve(createReadStream(path, range === undefined ? {} : { start: range.start, end: range.end - 1 })),
  };
  return { ...described, source };
}
