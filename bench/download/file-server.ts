// Gives out the files of a folder, with ranges (RFC 9110, section 14), at most so many bytes a second on each connection; prints its port. In a
// process of its own, so that it takes no time of what is measured.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

const [folder = '.', limit = '0'] = process.argv.slice(2);
const bytesPerSecond = Number(limit);

const server = createServer((request, response) => {
  const path = join(folder, normalize(new URL(request.url ?? '/', 'http://host').pathname));
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) {
    response.writeHead(404).end();
    return;
  }
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  const end = Math.min(size - 1, to === undefined || to === '' ? size - 1 : Number(to));
  const head = { 'accept-ranges': 'bytes', 'content-length': end - start + 1, etag: `"${size}"` };
  if (from === undefined) response.writeHead(200, head);
  else response.writeHead(206, { ...head, 'content-range': `bytes ${start}-${end}/${size}` });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const content = createReadStream(path, { start, end, highWaterMark: 256 * 1024 });
  const whole = bytesPerSecond === 0 ? pipeline(content, response) : pipeline(content, throttled(), response);
  // Who has read enough lets go of the line.
  whole.catch(() => undefined);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));

/** Lets bytes pass no faster than the limit. */
function throttled(): Transform {
  const began = performance.now();
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      passed += chunk.length;
      const dueMs = (passed / bytesPerSecond) * 1000 - (performance.now() - began);
      delay(Math.max(0, dueMs)).then(
        () => done(null, chunk),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
}
