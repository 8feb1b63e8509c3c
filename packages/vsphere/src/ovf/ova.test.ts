import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packOva, type SampleFile, sampleFiles } from '@sealift/testkit/sample-ova';
import type { ByteSource } from './byte-source.ts';
import { httpSource } from './http-source.ts';
import { openPackage } from './open-package.ts';
import { openOva } from './ova.ts';
import type { OvfPackage } from './package.ts';

const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
const disks = ['disk-1.vmdk', 'disk-2.vmdk'].map((name, index) => ({
  name,
  content: Buffer.alloc(3000 + index, name),
}));
const files = sampleFiles(disks);

/** Chunks of odd sizes, so that nothing falls on a boundary. */
function memory(bytes: Buffer, chunk = 777): ByteSource {
  return {
    place: 'memory',
    fileName: 'u-2204-0-k-12610-0.ova',
    sizeBytes: bytes.length,
    async *open(start) {
      for (let at = start; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
    },
    close: () => Promise.resolve(),
  };
}

async function readAll(ovf: OvfPackage) {
  const contents = new Map<string, string>();
  for await (const file of ovf.files()) {
    const parts: Uint8Array[] = [];
    for await (const part of file.open()) parts.push(part);
    contents.set(file.name, sha256(Buffer.concat(parts)));
  }
  return { contents, identity: await ovf.finish() };
}

const openAndRead = async (bytes: Buffer) => readAll(await openOva(memory(bytes)));
const expected = new Map(disks.map(({ name, content }) => [name, sha256(content)]));

async function refusal(running: Promise<unknown>): Promise<SealiftError> {
  const error = await running.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (error instanceof SealiftError) return error;
  throw error instanceof Error ? error : new Error('it was accepted');
}

describe('openOva', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-ova-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('tells what the package is and what is inside', async () => {
    const bytes = await packOva(files);
    const ovf = await openOva(memory(bytes));
    expect(ovf.baseName).toBe('u-2204-0-k-12610-0');
    expect(ovf.descriptor).toMatchObject({ kubernetes: '1.26.10', os: 'ubuntu-22.04', networks: ['nic0'] });
    expect(ovf.totalBytes).toBe(6001);
    const { contents, identity } = await readAll(ovf);
    expect(contents).toEqual(expected);
    expect(identity).toEqual({ ova: sha256(bytes), manifest: sha256(files[1]?.content ?? Buffer.alloc(0)) });
    expect(ovf.warnings).toEqual([]);
  });

  it.each(['ustar', 'gnu', 'pax', 'v7'])('reads what tar writes as %s', async (format) => {
    mkdirSync(join(folder, format));
    for (const { name, content } of files) writeFileSync(join(folder, format, name), content);
    const ova = join(folder, `${format}.ova`);
    const names = files.map(({ name }) => name);
    execFileSync('tar', ['-C', join(folder, format), `--format=${format}`, '-cf', ova, ...names]);
    expect((await openAndRead(readFileSync(ova))).contents).toEqual(expected);
    await using ovf = await openPackage(ova, { env: {} });
    expect((await readAll(ovf)).identity.ova).toBe(sha256(readFileSync(ova)));
  });

  it('reads a name too long for the header', async () => {
    const name = `${'long-'.repeat(30)}.vmdk`;
    const long = sampleFiles([{ name, content: Buffer.from('disk') }]);
    for (const { name: own, content } of long) writeFileSync(join(folder, own), content);
    for (const format of ['gnu', 'pax']) {
      const ova = join(folder, `long-${format}.ova`);
      execFileSync('tar', ['-C', folder, `--format=${format}`, '-cf', ova, ...long.map((file) => file.name)]);
      expect((await openAndRead(readFileSync(ova))).contents).toEqual(new Map([[name, sha256(Buffer.from('disk'))]]));
    }
  });

  it('accepts a manifest behind the disks, one that leaves a file out, and none, the last two with a remark', async () => {
    const [descriptor, manifest, ...rest] = files;
    if (descriptor === undefined || manifest === undefined) throw new Error('no files');
    const last = await openOva(memory(await packOva([descriptor, ...rest, manifest])));
    expect((await readAll(last)).identity.manifest).toBe(sha256(manifest.content));
    expect(last.warnings).toEqual([]);
    const none = await openOva(memory(await packOva([descriptor, ...rest])));
    expect((await readAll(none)).identity.manifest).toBeUndefined();
    expect(none.warnings[0]).toContain('no manifest');
    const short = { ...manifest, content: Buffer.from(manifest.content.toString().replace(/.*disk-1.*\n/, '')) };
    const partly = await openOva(memory(await packOva([descriptor, short, ...rest])));
    await readAll(partly);
    expect(partly.warnings).toEqual(['its manifest does not cover disk-1.vmdk']);
  });

  it.each([
    ['SHA2-256', 'SHA256(', 'SHA2-256('],
    ['SHA-256', 'SHA256(', 'SHA-256('],
    ['itself, with a digest that cannot be right', /^/, `SHA256(node.mf)= ${'0'.repeat(64)}\n`],
  ])('reads a manifest that names %s', async (_, from, to) => {
    const changed = files.map((file) => {
      if (file.name !== 'node.mf') return file;
      const text = file.content.toString();
      return {
        ...file,
        content: Buffer.from(typeof from === 'string' ? text.replaceAll(from, to) : text.replace(from, to)),
      };
    });
    expect((await openAndRead(await packOva(changed))).contents).toEqual(expected);
    const damaged = changed.map((file) =>
      file.name === 'disk-1.vmdk' ? { ...file, content: Buffer.from(file.content).fill(7, 5, 9) } : file,
    );
    expect((await refusal(packOva(damaged).then(openAndRead))).code).toBe('OVA_DIGEST_MISMATCH');
  });

  it('unpacks a file that the descriptor calls compressed, and refuses one that is not or ends early', async () => {
    const disk = Buffer.concat(Array.from({ length: 300_000 }, (_, at) => Buffer.from(`${at} `)));
    const packed = async (stored: Buffer) => {
      const [descriptor] = sampleFiles([{ name: 'disk.vmdk.gz', content: stored }]);
      const text = descriptor?.content.toString().replace('ovf:href="disk.vmdk.gz"', '$& ovf:compression="gzip"') ?? '';
      const manifest = `SHA256(disk.vmdk.gz)= ${sha256(stored)}\nSHA256(node.ovf)= ${sha256(Buffer.from(text))}\n`;
      return await packOva([
        { name: 'node.ovf', content: Buffer.from(text) },
        { name: 'node.mf', content: Buffer.from(manifest) },
        { name: 'disk.vmdk.gz', content: stored },
      ]);
    };
    const bytes = await packed(gzipSync(disk));
    const { contents, identity } = await openAndRead(bytes);
    expect(contents).toEqual(new Map([['disk.vmdk.gz', sha256(disk)]]));
    expect(identity.ova).toBe(sha256(bytes));
    for (const stored of [disk, gzipSync(disk).subarray(0, -100)]) {
      const { code, message } = await refusal(packed(stored).then(openAndRead));
      expect([code, message]).toEqual(['OVA_INVALID', expect.stringContaining('cannot be unpacked')]);
    }
  });

  it('reads an archive whose end is missing, and one that stops with its last byte of content', async () => {
    const bytes = await packOva(files);
    const last = files.at(-1)?.content ?? Buffer.alloc(0);
    const content = bytes.lastIndexOf(last) + last.length;
    for (const end of [content, content + ((512 - (content % 512)) % 512), bytes.length - 512]) {
      const { contents, identity } = await openAndRead(bytes.subarray(0, end));
      expect(contents).toEqual(expected);
      expect(identity.ova).toBe(sha256(bytes.subarray(0, end)));
    }
    expect((await refusal(openAndRead(bytes.subarray(0, content - 1)))).code).toBe('OVA_INVALID');
  });

  it.each<[string, SampleFile[]]>([
    ['its descriptor is not first', [...files].reverse()],
    ['it holds paths', files.map((file) => ({ ...file, name: `image/${file.name}` }))],
    ['it holds a file twice', [...files, ...files.slice(2, 3)]],
  ])('says how to repack an image when %s', async (_, members) => {
    const { code, hint } = await refusal(packOva(members).then(openAndRead));
    expect([code, hint]).toEqual(['OVA_INVALID', expect.stringContaining('Repack it')]);
  });

  it('begins a file anew, with the same digest of the whole', async () => {
    const bytes = await packOva(files);
    const ovf = await openOva(memory(bytes));
    for await (const file of ovf.files()) {
      for (const stopAfter of [0, 1, 2]) {
        let seen = 0;
        for await (const _ of file.open()) if (seen++ === stopAfter) break;
      }
      for await (const _ of file.open());
    }
    expect((await ovf.finish()).ova).toBe(sha256(bytes));
  });

  it.each<[string, SampleFile[]]>([
    ['a descriptor that is not first', [...files].reverse()],
    ['a missing disk', files.slice(0, 3)],
    ['a disk twice', [...files, ...files.slice(2, 3)]],
    ['a name that leads out', [...files, { name: '../evil', content: Buffer.from('x') }]],
    ['a path', [...files, { name: 'a/b', content: Buffer.from('x') }]],
    [
      'a disk of another size',
      files.map((file) => (file.name === 'disk-1.vmdk' ? { ...file, content: Buffer.alloc(9) } : file)),
    ],
    [
      'a manifest that is none',
      files.map((file) => (file.name === 'node.mf' ? { ...file, content: Buffer.from('hello') } : file)),
    ],
    [
      'a manifest of another file',
      files.map((file) =>
        file.name === 'node.mf'
          ? { ...file, content: Buffer.from(file.content.toString().replace('disk-1', 'disk-7')) }
          : file,
      ),
    ],
    ['a descriptor that is no XML', [{ name: 'node.ovf', content: Buffer.from('hello') }]],
    ['nothing', []],
  ])('refuses %s', async (_, members) => {
    expect((await refusal(packOva(members).then(openAndRead))).code).toBe('OVA_INVALID');
  });

  it.each([
    ['refers to a file outside', 'ovf:href="disk-1.vmdk"', 'ovf:href="https://elsewhere/disk-1.vmdk"'],
    ['refers out of the package', 'ovf:href="disk-1.vmdk"', 'ovf:href="..%2Fdisk-1.vmdk"'],
    ['is compressed in an unknown way', 'ovf:href="disk-1.vmdk"', 'ovf:href="disk-1.vmdk" ovf:compression="bzip2"'],
    ['is split', 'ovf:href="disk-1.vmdk"', 'ovf:href="disk-1.vmdk" ovf:chunkSize="1000"'],
    ['has a document type', '<Envelope', '<!DOCTYPE Envelope [<!ENTITY a "b">]><Envelope'],
  ])('refuses a descriptor that %s', async (_, from, to) => {
    const [descriptor, ...rest] = files;
    const text = descriptor?.content.toString() ?? '';
    expect(text).toContain(from);
    const changed = { name: 'node.ovf', content: Buffer.from(text.replace(from, to)) };
    expect((await refusal(packOva([changed, ...rest]).then(openAndRead))).code).toBe('OVA_INVALID');
  });

  it('refuses every changed bit of descriptor and disks, and gives no whole file of it', async () => {
    const bytes = await packOva(files);
    const covered = files.filter(({ name }) => name !== 'node.mf');
    const spans = covered.map(({ content }) => ({ start: bytes.indexOf(content), length: content.length }));
    const inFile = fc
      .constantFrom(...spans)
      .chain(({ start, length }) => fc.nat(length * 8 - 1).map((bit) => start * 8 + bit));
    await fc.assert(
      fc.asyncProperty(inFile, async (bit) => {
        const copy = Buffer.from(bytes);
        copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        let given = 0;
        const error = await refusal(
          (async () => {
            const ovf = await openOva(memory(copy));
            for await (const file of ovf.files()) {
              given = 0;
              for await (const part of file.open()) given += part.byteLength;
              expect(given).toBe(file.sizeBytes);
              given = 0;
            }
            await ovf.finish();
          })(),
        );
        expect(given).toBeLessThan(3000);
        return error.exit === 2;
      }),
      { numRuns: 300 },
    );
  });

  it('refuses truncation at any length', async () => {
    const bytes = await packOva(files);
    const end = bytes.lastIndexOf('disk-2.vmdk') + 11;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(end - 1),
        async (length) => (await refusal(openAndRead(bytes.subarray(0, length)))).exit === 2,
      ),
      { numRuns: 100 },
    );
  });
});

describe('httpSource', () => {
  const server = createServer();
  let base: string;
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  });
  afterAll(() => new Promise((done) => server.close(done)));
  afterEach(() => void server.removeAllListeners('request'));

  const serve = (listener: RequestListener): void => void server.on('request', listener);
  async function download(path = '/a.ova', retryDelaysMs: readonly number[] = [1, 1]): Promise<Buffer> {
    const source = await httpSource(new URL(path, base), { env: {}, retryDelaysMs });
    try {
      const parts: Uint8Array[] = [];
      for await (const part of source.open(0)) parts.push(part);
      return Buffer.concat(parts);
    } finally {
      await source.close();
    }
  }

  it('reads past what it has when the server knows no ranges', async () => {
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, at) => at % 251));
    let cuts = 2;
    serve((_, response) => {
      response.writeHead(200, { 'content-length': bytes.length, etag: '"1"' });
      cuts -= 1;
      if (cuts < 0) response.end(bytes);
      else response.write(bytes.subarray(0, 2000), () => setImmediate(() => response.destroy()));
    });
    expect((await download()).equals(bytes)).toBe(true);
  });

  it('does not put together two versions', async () => {
    let version = 0;
    serve((_, response) => {
      version += 1;
      response.writeHead(200, { 'content-length': 100, etag: `"${version}"` });
      response.write(Buffer.alloc(50), () => setImmediate(() => response.destroy()));
    });
    expect((await refusal(download())).code).toBe('DOWNLOAD_CHANGED');
  });

  it('follows redirects, but not from HTTPS to HTTP nor without end', async () => {
    serve((request, response) => {
      if (request.url === '/a.ova') response.writeHead(302, { location: '/b.ova' }).end();
      else if (request.url === '/b.ova') response.end('found');
      else response.writeHead(302, { location: '/loop' }).end();
    });
    expect((await download()).toString()).toBe('found');
    expect((await refusal(download('/loop'))).message).toContain('redirects');
  });

  it('gives up after its attempts, at once where the server refuses, and hides the query', async () => {
    let asked = 0;
    serve((_, response) => {
      asked += 1;
      response.writeHead(asked < 2 ? 200 : 404, { 'content-length': 10 });
      response.destroy();
    });
    const error = await refusal(download('/a.ova?token=hunter2'));
    expect(error.code).toBe('DOWNLOAD_FAILED');
    expect(JSON.stringify([error.message, error.place])).not.toContain('hunter2');
    server.removeAllListeners('request');
    serve((_, response) => response.writeHead(403).end());
    expect((await refusal(download())).code).toBe('DOWNLOAD_REFUSED');
  });
});
