import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FileServer, type FileServerFaults, startFileServer } from '@sealift/testkit/file-server';
import { generateKeyPair, type SecretKey } from '../../minisign/keys.ts';
import { publishFolder } from '../../published/publish.ts';
import { writeSmallBundle } from '../../testing/small-bundle.ts';
import { DownloadClient } from '../client.ts';
import { downloadPublished, type DownloadPublishedOptions } from '../download-published.ts';
import { downloadPlain, type DownloadPlainOptions } from '../download-plain.ts';
import { findIndex, type FindIndexOptions, readDescription } from '../published-index.ts';

export const bundleName = 'airgap-v4.2.13.bin';
/** The smallest that a description may have. */
export const rangeBytes = 64 * 1024;

/** A folder that was published, a server that gives it out, and a place to download to. */
export interface PublishedPlace {
  readonly folder: string;
  /** What the server gives out. */
  readonly web: string;
  readonly output: string;
  readonly bytes: Buffer;
  readonly secretKey: SecretKey;
  readonly server: FileServer;
  /** Publishes again. */
  readonly publish: (secretKey?: SecretKey) => Promise<unknown>;
  /** Downloads by the index. */
  readonly fetch: (
    options?: Partial<DownloadPublishedOptions & FindIndexOptions>,
  ) => ReturnType<typeof downloadPublished>;
  /** Downloads without one. */
  readonly fetchPlain: (options?: Partial<DownloadPlainOptions>) => ReturnType<typeof downloadPlain>;
  readonly close: () => Promise<void>;
}

/** @param contentBytes how large about the bundle is */
export async function publishedPlace(
  contentBytes: number,
  faults: FileServerFaults = {},
  splitBytes?: number,
): Promise<PublishedPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-download-'));
  const web = join(folder, 'web');
  for (const path of [web, join(folder, 'here')]) mkdirSync(path);
  const secretKey = generateKeyPair();
  const { bundle } = await writeSmallBundle(folder, {
    secretKey,
    layer: randomBytes(contentBytes),
    name: `web/${bundleName}`,
    ...(splitBytes === undefined ? {} : { splitBytes }),
  });
  const publish = (key = secretKey) =>
    publishFolder({ folder: web, secretKey: key, trustedKeys: [secretKey.publicKey], now: 1000, rangeBytes });
  // Without the detached signature there is one file, which is what most tests count.
  if (splitBytes === undefined) rmSync(`${bundle.path}.minisig`);
  await publish();
  const server = await startFileServer(web, faults);
  const output = join(folder, 'here', bundleName);
  const home = new URL(`${server.url}/`);
  const env = { XDG_STATE_HOME: join(folder, 'state') };
  const client = () => new DownloadClient({ env, home, retryDelaysMs: [0, 0, 0] });
  const common = { trustedKeys: [secretKey.publicKey], connections: 3 };
  return {
    folder,
    web,
    output,
    bytes: readFileSync(bundle.path),
    secretKey,
    server,
    publish,
    fetch: async (options = {}) => {
      using made = client();
      const using = { ...common, client: made, output, base: home, env, ...options };
      const index = await findIndex(using.client, using.base, using);
      const found = index.bundles[0];
      if (found === undefined) throw new Error('the index is empty');
      return await downloadPublished({ ...using, description: await readDescription(using.client, index, found) });
    },
    fetchPlain: async (options = {}) => {
      using made = client();
      const url = new URL(bundleName, home);
      return await downloadPlain({ ...common, client: made, output, url, rangeBytes, ...options });
    },
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * How many bytes of a file left the server, how many of them more than once, and how many ranges came to their end more than once. What had
 * arrived and not been read yet when a line was cut comes twice: a few bytes, of a range that has to be asked for again anyway.
 */
export function servedOf(server: FileServer, path: string) {
  const parts = server.served.filter((part) => part.path === path).toSorted((a, b) => a.start - b.start);
  let end = 0;
  let total = 0;
  let twice = 0;
  for (const part of parts) {
    total += part.end - part.start;
    twice += Math.max(0, Math.min(end, part.end) - part.start);
    end = Math.max(end, part.end);
  }
  const ends = parts.map((part) => part.end).filter((each) => each % rangeBytes === 0 || each === end);
  return { total, twice, rangesTwice: ends.length - new Set(ends).size };
}
