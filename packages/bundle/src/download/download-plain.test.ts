import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterEach, describe, expect, it } from 'vitest';
import { generateKeyPair } from '../minisign/keys.ts';
import { bundleName, publishedPlace, type PublishedPlace, rangeBytes, servedOf } from './testing/published-folder.ts';

const size = 1_500_000;
/** A range in which the whole beginning of a bundle is. */
const large = 2 * rangeBytes;
const places: PublishedPlace[] = [];

async function place(...args: Parameters<typeof publishedPlace>): Promise<PublishedPlace> {
  const made = await publishedPlace(...args);
  places.push(made);
  return made;
}
afterEach(async () => {
  for (const each of places.splice(0)) await each.close();
});

const work = ({ output }: PublishedPlace): string => join(output, '..', `.${bundleName}.download`);

describe('a download without an index', () => {
  it('brings the same bytes over a line that is cut 20 times, and checks them by the signature of the bundle', async () => {
    let cuts = 0;
    const here = await place(size, {
      cutAfter: (_, length) => (length > 20_000 && cuts++ < 20 ? Math.floor(length / 2) : undefined),
    });
    const sha256 = createHash('sha256').update(here.bytes).digest('hex');
    const got = await here.fetchPlain({ sha256 });
    expect(cuts).toBeGreaterThan(20);
    expect(readFileSync(here.output).equals(here.bytes)).toBe(true);
    expect(servedOf(here.server, bundleName).rangesTwice).toBe(0);
    expect(got).toMatchObject({ fetchedBytes: here.bytes.length, alreadyHere: false });
    expect(readdirSync(join(here.output, '..'))).toEqual([bundleName]);
    expect(await here.fetchPlain()).toMatchObject({ alreadyHere: true, fetchedBytes: 0 });
  });

  it('brings them from a server that tells neither size nor ranges, also after a cut', async () => {
    let cuts = 0;
    const here = await place(size, {
      noRanges: true,
      noLength: true,
      cutAfter: () => (cuts++ < 2 ? 100_000 : undefined),
    });
    expect(await here.fetchPlain()).toMatchObject({ fetchedBytes: here.bytes.length });
    expect(readFileSync(here.output).equals(here.bytes)).toBe(true);
  });

  it('begins again once where the file changed between two requests, and then gives up', async () => {
    const here = await place(size);
    let changes = 0;
    here.server.faults.intercept = ({ range }) => {
      if (range === `bytes=${4 * rangeBytes}-${5 * rangeBytes - 1}` && changes < 1) {
        changes += 1;
        // The same content; its time is another.
        writeFileSync(join(here.web, bundleName), here.bytes);
      }
      return undefined;
    };
    expect(await here.fetchPlain({ connections: 1 })).toMatchObject({ alreadyHere: false });
    rmSync(here.output);
    changes = -1;
    await expect(here.fetchPlain({ connections: 1 })).rejects.toMatchObject({ code: 'DOWNLOAD_CHANGED' });
    expect(existsSync(here.output)).toBe(false);
  });

  it('gives nothing its name that is not signed, is damaged, or has another digest', async () => {
    const here = await place(size);
    await expect(here.fetchPlain({ sha256: '0'.repeat(64) })).rejects.toMatchObject({ code: 'DOWNLOAD_DIGEST_WRONG' });
    const damaged = Buffer.from(here.bytes);
    damaged.writeUInt8(damaged.readUInt8(1_000_000) ^ 1, 1_000_000);
    writeFileSync(join(here.web, bundleName), damaged);
    await expect(here.fetchPlain()).rejects.toMatchObject({ code: 'BUNDLE_DAMAGED' });
    writeFileSync(join(here.web, bundleName), 'no bundle');
    await expect(here.fetchPlain()).rejects.toMatchObject({ code: 'BUNDLE_UNKNOWN' });
    expect(readdirSync(join(here.output, '..'))).toEqual([]);
  });

  it.each([false, true])(
    'sees in the first range that the key is not trusted, and keeps that (without ranges: %s)',
    async (noRanges) => {
      const here = await place(size, { noRanges });
      const stranger = { trustedKeys: [generateKeyPair().publicKey], connections: 1, rangeBytes: large };
      await expect(here.fetchPlain(stranger)).rejects.toMatchObject({ code: 'SIGNATURE_KEY_UNTRUSTED' });
      expect(existsSync(here.output)).toBe(false);
      if (!noRanges) expect(servedOf(here.server, bundleName).total).toBe(large);
      await expect(here.fetchPlain(stranger)).rejects.toMatchObject({ code: 'SIGNATURE_KEY_UNTRUSTED' });
      const got = await here.fetchPlain();
      expect(got).toMatchObject({ keptBytes: large, fetchedBytes: here.bytes.length - large });
    },
  );

  it('sees in the first range that it is no bundle', async () => {
    const here = await place(size);
    writeFileSync(join(here.web, bundleName), Buffer.alloc(size, '<html>'));
    await expect(here.fetchPlain({ connections: 1, rangeBytes: large })).rejects.toMatchObject({
      code: 'BUNDLE_UNKNOWN',
    });
    expect(servedOf(here.server, bundleName).total).toBe(large);
    expect(readdirSync(join(here.output, '..'))).toEqual([]);
  });

  it('goes on from what came before it was killed', async () => {
    const here = await place(size);
    let asked = 0;
    const held = new Promise<undefined>(() => undefined);
    here.server.faults.intercept = () => (++asked > 6 ? held : undefined);
    const program = `
      import { downloadPlain } from ${JSON.stringify(new URL('./download-plain.ts', import.meta.url))};
      import { DownloadClient } from ${JSON.stringify(new URL('./client.ts', import.meta.url))};
      import { parsePublicKey } from ${JSON.stringify(new URL('../minisign/index.ts', import.meta.url))};
      const [home, output, key, rangeBytes] = process.argv.slice(1);
      const client = new DownloadClient({ env: {}, home: new URL(home) });
      await downloadPlain({ client, url: new URL(${JSON.stringify(bundleName)}, home), output, connections: 1,
        trustedKeys: [parsePublicKey(key)], rangeBytes: Number(rangeBytes) });`;
    const args = [
      '--input-type=module',
      '-e',
      program,
      '--',
      `${here.server.url}/`,
      here.output,
      here.secretKey.publicKey.encoded,
      String(rangeBytes),
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    try {
      await waitUntil('the seventh request', () => {
        if (child.exitCode !== null) throw new Error(errors);
        return asked > 6;
      });
    } finally {
      child.kill('SIGKILL');
    }
    if (child.signalCode === null) await once(child, 'exit');
    expect(existsSync(join(work(here), `${bundleName}.ranges`))).toBe(true);
    delete here.server.faults.intercept;
    const got = await here.fetchPlain();
    expect(got.keptBytes).toBe(6 * rangeBytes);
    expect(readFileSync(here.output).equals(here.bytes)).toBe(true);
    expect(servedOf(here.server, bundleName)).toMatchObject({ total: here.bytes.length, twice: 0 });
  }, 30_000);
});
