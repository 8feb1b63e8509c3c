import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { PinnedTool } from '@sealift/upgrade/ports/content';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HelmChoice, openHelm } from './helm-of-release.ts';

const never = new AbortController().signal;
const platform = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`;
const script = (version: string): Buffer => Buffer.from(`#!/bin/sh\necho ${version}\n`);
const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const release = (letter: string): string => `sha256:${letter.repeat(64)}`;

let folder: string;
let opened: string[];
let bytes: Map<string, Buffer>;
let releases: Map<string, PinnedTool[]>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-tools-'));
  opened = [];
  bytes = new Map();
  releases = new Map();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function bring(of: string, program: Buffer, at = platform): string {
  const sha256 = sha256Of(program);
  bytes.set(sha256, program);
  releases.set(of, [{ name: 'helm', platform: at, digest: release('d'), sha256 }]);
  return join(folder, 'tools', `helm-${sha256}`);
}

/** A choice of helm where this machine has none, or one that answers a version. */
function choice(ofMachine?: string): HelmChoice {
  const host = join(folder, 'host');
  if (ofMachine !== undefined) writeFileSync(host, script(ofMachine), { mode: 0o755 });
  return {
    toolsFolder: join(folder, 'tools'),
    content: {
      openRelease: (digest) => {
        const tools = releases.get(digest) ?? [];
        return Promise.resolve({ images: [], elsewhere: [], tools });
      },
      openTool: ({ sha256 }) => {
        opened.push(sha256);
        return Promise.resolve(Readable.from([bytes.get(sha256) ?? Buffer.from('cut')]));
      },
    },
  };
}

describe('the helm that a release is applied with', () => {
  it('is the one that it brings, fetched once, for this account alone', async () => {
    const path = bring(release('a'), script('v4.3.1'));
    for (let time = 0; time < 2; time += 1) {
      const { program, from } = await openHelm(choice(), never, release('a'));
      expect([program.version, program.path, from]).toEqual(['v4.3.1', path, 'the release']);
    }
    expect(opened).toHaveLength(1);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'tools')).mode & 0o777).toBe(0o700);
  });

  it('is fetched again where it was changed since, and never started as it is', async () => {
    const path = bring(release('a'), script('v4.3.1'));
    await openHelm(choice(), never, release('a'));
    chmodSync(path, 0o700);
    writeFileSync(path, `#!/bin/sh\ntouch ${join(folder, 'started')}\necho v4.3.1\n`);
    await openHelm(choice(), never, release('a'));
    expect(opened).toHaveLength(2);
    expect(existsSync(join(folder, 'started'))).toBe(false);
    expect(readFileSync(path)).toEqual(script('v4.3.1'));
  });

  it('is refused where what comes is not what the release pins, or is too old', async () => {
    const path = bring(release('a'), script('v4.3.1'));
    bytes.clear();
    await expect(openHelm(choice(), never, release('a'))).rejects.toMatchObject({ code: 'HELM_OTHER' });
    rmSync(path, { force: true });
    bring(release('b'), script('v4.2.0'));
    await expect(openHelm(choice(), never, release('b'))).rejects.toMatchObject({
      code: 'HELM_OTHER',
      message: expect.stringContaining('its version is "v4.2.0"'),
    });
  });

  it('leaves no part behind where fetching it is given up', async () => {
    bring(release('a'), script('v4.3.1'));
    const stop = new AbortController();
    const { content, ...rest } = choice();
    const cut = {
      ...rest,
      content: {
        ...content,
        openTool: () => {
          stop.abort();
          return Promise.resolve(Readable.from([Buffer.from('#!')]));
        },
      },
    };
    await expect(openHelm(cut, stop.signal, release('a'))).rejects.toMatchObject({ name: 'AbortError' });
    expect(readdirSync(join(folder, 'tools'))).toEqual([]);
  });

  it('is that of this machine where the release has none for it', async () => {
    bring(release('a'), script('v4.3.1'), 'linux/other');
    const env = { PATH: '/nowhere' };
    await expect(openHelm({ ...choice(), helm: { env } }, never, release('a'))).rejects.toMatchObject({
      code: 'HELM_MISSING',
    });
    const named = { ...choice('v4.9.0'), helm: { path: join(folder, 'host') } };
    expect(await openHelm(named, never, release('a'))).toMatchObject({ from: 'this machine' });
  });

  it('is the one fetched last where a call is about no release', async () => {
    bring(release('a'), script('v4.3.1'));
    await openHelm(choice(), never, release('a'));
    const { program, from } = await openHelm(choice(), never);
    expect([program.version, from]).toEqual(['v4.3.1', 'the release']);
  });
});
