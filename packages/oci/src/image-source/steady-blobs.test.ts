import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { mediaTypes } from '../descriptor.ts';
import { type Digest, digestOf } from '../digest.ts';
import { walk } from '../push/walk.ts';
import { RegistryClient } from '../registry-client/client.ts';
import { readBounded } from '../verify-stream.ts';
import { ImageSources } from './image-sources.ts';
import { steadyBlobs } from './steady-blobs.ts';

const blob = Buffer.alloc(300_000, 'layer');
const digest = digestOf(blob);
const config = Buffer.from('{}');
const manifest = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length },
    layers: [{ mediaType: mediaTypes.layerTar, digest, size: blob.length }],
  }),
);

let server: Server | undefined;
let client: RegistryClient | undefined;

afterEach(() => {
  client?.close();
  server?.closeAllConnections();
  server?.close();
});

/** A registry of one image that answers for blobs as it is told. */
async function registry(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path.includes('/manifests/')) {
      response.writeHead(200, { 'content-type': mediaTypes.manifest }).end(manifest);
    } else if (request.method === 'HEAD') {
      const size = path.includes(digest) ? blob.length : config.length;
      response.writeHead(200, { 'content-length': size }).end();
    } else answer(request, response);
  });
  await new Promise<void>((listening) => server?.listen(0, '127.0.0.1', listening));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new RegistryClient({ registry: host, plainHttp: true });
  return host;
}

async function read(wanted: Digest = digest): Promise<Buffer> {
  if (client === undefined) throw new Error('no registry');
  return await readBounded(await steadyBlobs(client, 'a/b').open(wanted), 1_000_000, wanted);
}

describe('a blob in a registry', () => {
  it('goes on where the line was cut, as often as it is cut', async () => {
    const ranges: (string | undefined)[] = [];
    await registry((request, response) => {
      const { range } = request.headers;
      ranges.push(range);
      const start = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
      const rest = blob.subarray(start);
      response.writeHead(range === undefined ? 200 : 206, { 'content-length': rest.length });
      if (ranges.length > 3) response.end(rest);
      else response.write(rest.subarray(0, 70_000), () => response.destroy());
    });
    expect((await read()).equals(blob)).toBe(true);
    expect(ranges.length).toBe(4);
    expect(ranges[0]).toBeUndefined();
    const starts = ranges.slice(1).map((range) => Number(/bytes=(\d+)-299999$/.exec(range ?? '')?.[1]));
    expect(starts.every((start, index) => start > (starts[index - 1] ?? 0))).toBe(true);
  });

  it('is refused when the registry sends another', async () => {
    await registry((_, response) =>
      response.writeHead(200, { 'content-length': blob.length }).end(Buffer.alloc(blob.length)),
    );
    await expect(read()).rejects.toMatchObject({ code: 'CONTENT_DIGEST_MISMATCH' });
  });

  it('is refused when the registry answers with another size than it announced', async () => {
    await registry((_, response) => response.writeHead(200).end(Buffer.concat([blob, blob])));
    await expect(read()).rejects.toMatchObject({ code: expect.stringMatching(/^CONTENT_/) as string });
  });
});

describe('a manifest in a registry', () => {
  it('is refused when it is not the one that was asked for', async () => {
    const host = await registry((_, response) => response.writeHead(404).end());
    await using sources = new ImageSources({ folder: '/', env: { DOCKER_CONFIG: '/nonexistent' } });
    const wrong = `docker://${host}/a/b@sha256:${'0'.repeat(64)}`;
    await expect(sources.open(wrong)).rejects.toMatchObject({ code: 'CONTENT_DIGEST_MISMATCH' });
    const { images, source } = await sources.open(`docker://${host}/a/b:1`);
    expect((await walk(source.manifests, images[0]?.descriptor.digest ?? digest)).blobs).toHaveLength(2);
  });
});
