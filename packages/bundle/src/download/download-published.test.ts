import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { generateKeyPair } from '../minisign/keys.ts';
import { bundleName, publishedPlace, type PublishedPlace, rangeBytes, servedOf } from './testing/published-folder.ts';

const size = 1_500_000;
const places: PublishedPlace[] = [];

async function place(...args: Parameters<typeof publishedPlace>): Promise<PublishedPlace> {
  const made = await publishedPlace(...args);
  places.push(made);
  return made;
}
afterEach(async () => {
  for (const each of places.splice(0)) await each.close();
});

const ofBundle = ({ path }: { path: string }): boolean => path === bundleName;
const bundleRequests = ({ server }: Pick<PublishedPlace, 'server'>) => server.requests.filter(ofBundle);

describe('a download by an index', () => {
  it('brings the same bytes, and leaves nothing beside them', async () => {
    const { fetch, output, bytes, server, secretKey } = await place(size);
    const got = await fetch();
    expect(readFileSync(output).equals(bytes)).toBe(true);
    expect(got).toMatchObject({ files: [output], sizeBytes: bytes.length, fetchedBytes: bytes.length, keptBytes: 0 });
    expect(got).toMatchObject({ alreadyHere: false, manifest: { version: '4.2.13' } });
    expect(got.key.encoded).toBe(secretKey.publicKey.encoded);
    expect(readdirSync(join(output, '..'))).toEqual([bundleName]);
    expect(servedOf(server, bundleName)).toMatchObject({ total: bytes.length, twice: 0 });
  });

  it('brings them over a line that is cut 20 times, and no range twice', async () => {
    let cuts = 0;
    const { fetch, output, bytes, server } = await place(size, {
      cutAfter: (request, length) => (ofBundle(request) && cuts++ < 20 ? Math.floor(length / 3) : undefined),
    });
    await fetch();
    expect(cuts).toBeGreaterThan(20);
    expect(readFileSync(output).equals(bytes)).toBe(true);
    expect(servedOf(server, bundleName).rangesTwice).toBe(0);
  });

  it('brings them from a server that knows no ranges and cuts the line, each range kept once', async () => {
    let cuts = 0;
    const { fetch, output, bytes, server } = await place(size, {
      noRanges: true,
      cutAfter: (request, length) => (ofBundle(request) && cuts < 5 ? Math.floor((length * ++cuts) / 7) : undefined),
    });
    const got = await fetch({ connections: 4 });
    expect(readFileSync(output).equals(bytes)).toBe(true);
    expect(got.fetchedBytes).toBe(bytes.length);
    // One request for each cut and one to the end: never several wholes beside each other.
    expect(bundleRequests({ server })).toHaveLength(6);
  });

  it('gives up where cuts bring nothing, and the next run goes on from what came', async () => {
    const { fetch, bytes, output, server } = await place(size);
    const broken = new Set<string>();
    server.faults.cutAfter = (request) =>
      ofBundle(request) && broken.add(request.range ?? '').size > 3 ? 0 : undefined;
    await expect(fetch({ connections: 1 })).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    expect(existsSync(output)).toBe(false);
    delete server.faults.cutAfter;
    const got = await fetch();
    expect(got.keptBytes).toBe(3 * rangeBytes);
    expect(got.fetchedBytes).toBe(bytes.length - 3 * rangeBytes);
    expect(readFileSync(output).equals(bytes)).toBe(true);
    expect(servedOf(server, bundleName)).toMatchObject({ total: bytes.length, twice: 0 });
  });

  it('fetches a range again that came wrong, past any cache, and that one alone', async () => {
    let wrong = 0;
    const { fetch, output, bytes, server } = await place(size, {
      alter: (part, at) =>
        at.path === bundleName && at.start === 2 * rangeBytes && wrong++ < 1 ? Buffer.alloc(part.length) : part,
    });
    const got = await fetch();
    expect(readFileSync(output).equals(bytes)).toBe(true);
    expect(got.fetchedBytes).toBe(bytes.length);
    expect(servedOf(server, bundleName)).toMatchObject({ total: bytes.length + rangeBytes, twice: rangeBytes });
    expect(bundleRequests({ server }).filter((one) => one.cacheControl === 'no-cache')).toHaveLength(1);
  });

  it.each([false, true])(
    'names the range of a file that changed on the server (without ranges: %s), and keeps the others',
    async (noRanges) => {
      const { fetch, web, output, bytes, server } = await place(size, { noRanges });
      const changed = Buffer.from(bytes);
      changed.fill(0, 5 * rangeBytes, 5 * rangeBytes + 10);
      writeFileSync(join(web, bundleName), changed);
      await expect(fetch()).rejects.toMatchObject({
        code: 'DOWNLOAD_RANGE_WRONG',
        message: expect.stringMatching(
          new RegExp(`bytes ${5 * rangeBytes} to ${6 * rangeBytes - 1} of ${bundleName} came 3 times`),
        ),
        exit: 2,
      });
      expect(existsSync(output)).toBe(false);
      writeFileSync(join(web, bundleName), bytes);
      server.served.length = 0;
      const got = await fetch();
      expect(readFileSync(output).equals(bytes)).toBe(true);
      expect(got.keptBytes).toBeGreaterThan(0);
      expect(got.keptBytes + got.fetchedBytes).toBe(bytes.length);
    },
  );

  it('says that the file is another one where its size is', async () => {
    const { fetch, web } = await place(size);
    truncateSync(join(web, bundleName), size / 2);
    await expect(fetch()).rejects.toMatchObject({ code: 'DOWNLOAD_CHANGED' });
  });

  it('fetches again what the disk lost of ranges that had come', async () => {
    const { fetch, bytes, output, server } = await place(size);
    server.faults.cutAfter = ({ path, range }) =>
      path === bundleName && range?.startsWith(`bytes=${9 * rangeBytes}-`) ? 0 : undefined;
    await expect(fetch({ connections: 1 })).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    delete server.faults.cutAfter;
    const partial = join(output, '..', `.${bundleName}.download`, bundleName);
    const held = readFileSync(partial);
    held.fill(0, 3 * rangeBytes, 3 * rangeBytes + 1000);
    writeFileSync(partial, held);
    const got = await fetch();
    expect(got.keptBytes).toBe(8 * rangeBytes);
    expect(readFileSync(output).equals(bytes)).toBe(true);
  });

  it('is a look alone where the bundle is here, and never writes over another file', async () => {
    const { fetch, server, output, bytes } = await place(size);
    await fetch();
    server.requests.length = 0;
    expect(await fetch()).toMatchObject({ alreadyHere: true, fetchedBytes: 0, sizeBytes: bytes.length });
    expect(bundleRequests({ server })).toEqual([]);
    const other = Buffer.from(bytes);
    other.writeUInt8(other.readUInt8(100_000) ^ 1, 100_000);
    writeFileSync(output, other);
    await expect(fetch()).rejects.toMatchObject({ code: 'DOWNLOAD_TARGET_OTHER' });
    expect(readFileSync(output).equals(other)).toBe(true);
  });

  it('brings a bundle that was split, with its parts, under another name too', async () => {
    const { fetch, folder } = await place(size, {}, 600_000);
    const output = join(folder, 'here', 'other.bin');
    const got = await fetch({ output });
    expect(got.files.map((file) => file.slice(output.length)).toSorted()).toEqual(
      ['', '.minisig', '.part002', '.part003', '.parts.json', '.parts.json.minisig'].filter((suffix) =>
        existsSync(`${output}${suffix}`),
      ),
    );
    expect(got.files.length).toBeGreaterThan(4);
    expect(got.manifest.version).toBe('4.2.13');
  });

  it('lets one at a time download to a place', async () => {
    const { fetch, server } = await place(size);
    let letGo: (() => void) | undefined;
    const held = new Promise<undefined>((resolve) => (letGo = () => resolve(undefined)));
    const reached = new Promise<void>((resolve) => {
      server.faults.intercept = async ({ path }) => {
        if (path !== bundleName) return undefined;
        resolve();
        return await held;
      };
    });
    const first = fetch();
    await reached;
    await expect(fetch()).rejects.toMatchObject({ code: 'DOWNLOAD_RUNNING' });
    letGo?.();
    await first;
  });
});

describe('an index', () => {
  it('is verified before anything else is asked for', async () => {
    const { fetch, server, publish } = await place(size);
    await expect(fetch({ trustedKeys: [generateKeyPair().publicKey] })).rejects.toMatchObject({
      code: 'SIGNATURE_KEY_UNTRUSTED',
    });
    await publish(generateKeyPair());
    await expect(fetch()).rejects.toMatchObject({ code: 'SIGNATURE_KEY_UNTRUSTED' });
    expect(new Set(server.requests.map(({ path }) => path))).toEqual(
      new Set(['sealift-releases.json', 'sealift-releases.json.minisig']),
    );
  });

  it('is read again where its signature belongs to another one, as in the middle of a publication', async () => {
    const { fetch, server, web } = await place(size);
    const right = readFileSync(join(web, 'sealift-releases.json'), 'utf8');
    let reads = 0;
    server.faults.intercept = ({ path }) =>
      path === 'sealift-releases.json' && reads++ === 0 ? { status: 200, body: `${right} ` } : undefined;
    await fetch();
    expect(reads).toBe(2);
  });

  it('is refused when its signature stays wrong', async () => {
    const { fetch, server } = await place(size);
    server.faults.intercept = ({ path }) =>
      path === 'sealift-releases.json' ? { status: 200, body: '{}' } : undefined;
    await expect(fetch()).rejects.toMatchObject({ code: 'SIGNATURE_WRONG' });
    server.faults.intercept = () => ({ status: 200, body: '<html>not here</html>' });
    await expect(fetch()).rejects.toMatchObject({ code: 'DOWNLOAD_INDEX_MISSING' });
  });

  it('is refused when it is older than one seen before, until a person takes it', async () => {
    const { fetch, publish, web, output } = await place(size);
    const names = ['sealift-releases.json', 'sealift-releases.json.minisig'];
    const old = names.map((name) => readFileSync(join(web, name)));
    // With another file in the folder the index is another one.
    writeFileSync(join(web, `${bundleName}.minisig`), 'any');
    await publish();
    await fetch();
    for (const [at, name] of names.entries()) writeFileSync(join(web, name), old[at] ?? '');
    await expect(fetch()).rejects.toMatchObject({ code: 'DOWNLOAD_INDEX_OLDER', exit: 2 });
    const again = { acceptOlder: true, output: join(output, '..', 'again.bin') };
    expect(await fetch(again)).toMatchObject({ alreadyHere: false });
    expect(await fetch({ output: again.output })).toMatchObject({ alreadyHere: true });
  });

  it('is refused when a description is not the one that it names', async () => {
    const { fetch, server, web } = await place(size);
    const name = readdirSync(join(web, 'sealift-releases'))[0] ?? '';
    const text = readFileSync(join(web, 'sealift-releases', name), 'utf8');
    writeFileSync(
      join(web, 'sealift-releases', name),
      text.replace(/"sha256":"./, '"sha256":"0').replace('"ranges"', '"rangez"'),
    );
    await expect(fetch()).rejects.toMatchObject({ code: 'DOWNLOAD_INDEX_INVALID' });
    expect(bundleRequests({ server })).toEqual([]);
  });
});
