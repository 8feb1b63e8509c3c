import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { startOddRegistry } from '@sealift/testkit/odd-registry';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ContentSource } from '../content.ts';
import { type Descriptor, mediaTypes } from '../descriptor.ts';
import { type Layout, LayoutWriter, openLayout } from '../layout.ts';
import { RegistryClient } from '../registry-client/client.ts';
import { readableOver } from '../verify-stream.ts';
import { findReferrers, push } from './push.ts';

/** Several blobs of several chunks, each of several pieces of memory, in items that are sent side by side. */
const count = 5;
const layerBytes = 400_000;

let folder: string;
let layout: Layout;
const images: Descriptor[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-one-of-many-'));
  const writer = await LayoutWriter.create(folder);
  const config = await writer.addBlob(Buffer.from('{"os":"linux"}'), { mediaType: mediaTypes.config });
  for (let index = 0; index < count; index += 1) {
    const layer = await writer.addBlob(Buffer.alloc(layerBytes, `layer ${index} `), { mediaType: mediaTypes.layerTar });
    images.push(await writer.addManifest({ schemaVersion: 2, config, layers: [layer] }));
  }
  const [subject] = images;
  if (subject === undefined) throw new Error('there is an image');
  writer.addIndexEntry(await writer.addManifest({ schemaVersion: 2, config, layers: [], subject }));
  await writer.finish();
  layout = await openLayout(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const stray: unknown[] = [];
const note = (error: unknown): void => void stray.push(error);
process.on('uncaughtException', note).on('unhandledRejection', note);
afterAll(() => process.off('uncaughtException', note).off('unhandledRejection', note));
afterEach(() => {
  const [first] = stray.splice(0);
  if (first !== undefined) throw new Error('it was not heard', { cause: first });
});

/** Pushes everything with one failure, and returns what the push failed with; undefined when it did not. */
async function pushWith(
  intercept: Parameters<typeof startOddRegistry>[0],
  source: ContentSource = layout,
): Promise<unknown> {
  const odd = await startOddRegistry(intercept);
  const client = new RegistryClient({ registry: odd.registry, plainHttp: true, env: {}, retryDelaysMs: [] });
  const items = images.map(({ digest }, index) => ({ digest, client, repository: `a${index}`, tag: '1' }));
  try {
    const referrers = await findReferrers(layout, layout.index.manifests);
    await push({ source, items, referrers, chunkBytes: 150_000, concurrency: 8 });
    return undefined;
  } catch (error) {
    return error;
  } finally {
    client.close();
    await odd.close();
    // What was let go of may still fail a moment later.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Fails at each turn once, until a run has none left; says how many there were. */
async function atEach(
  run: (turn: number, happened: () => void) => Promise<unknown>,
  code: string,
  reason: RegExp,
): Promise<number> {
  for (let turn = 0; ; turn += 1) {
    let hasHappened = false;
    const error = await run(turn, () => (hasHappened = true));
    if (!hasHappened) return turn;
    // A mount that is refused, and a session that cannot be given up, end no push.
    if (error === undefined) continue;
    expect(isSealiftError(error) ? [error.code, reason.test(error.message)] : error).toEqual([code, true]);
  }
}

describe('one of several that are sent side by side fails', { timeout: 120_000 }, () => {
  it('at any request: the registry’s reason is what is told, and nothing is left unheard', async () => {
    const turns = await atEach(
      async (turn, happened) => {
        let seen = 0;
        return await pushWith({
          intercept() {
            seen += 1;
            if (seen !== turn + 1) return undefined;
            happened();
            return { status: 403, body: '{"errors":[{"code":"DENIED","message":"because of this one"}]}' };
          },
        });
      },
      'REGISTRY_DENIED',
      /: 403 (?:DENIED: because of this one|Forbidden)$/,
    );
    expect(turns).toBeGreaterThan(50);
  });

  it('at any piece of content: what the content failed with is told', async () => {
    const turns = await atEach(
      async (turn, happened) => {
        let read = 0;
        const source: ContentSource = {
          size: (digest) => layout.size(digest),
          open: async (digest, range) => {
            const stream = await layout.open(digest, range);
            async function* failing() {
              for await (const chunk of stream as AsyncIterable<Uint8Array>) {
                read += 1;
                if (read === turn + 1) {
                  happened();
                  throw new SealiftError('FILE_UNREADABLE', { values: { path: 'x', reason: 'because of this one' } });
                }
                yield chunk;
              }
            }
            return readableOver(failing(), stream);
          },
        };
        return await pushWith({}, source);
      },
      'FILE_UNREADABLE',
      /because of this one/,
    );
    expect(turns).toBeGreaterThan(10);
  });
});
