import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import type { PinnedTool } from '@sealift/upgrade/ports/content';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { thisPlatform } from '../tools/fetch-tool.ts';
import { lackingPrograms, openPrograms, type ProgramSources } from './program-set.ts';

const never = new AbortController().signal;
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const legs = [{ from: '1.36.3', to: '1.37.2', native: true, andBack: false }];
const wish = { legs, releases: [digest('a'), digest('b')] };
const server = (version: string): Buffer => Buffer.from(`#!/bin/sh\necho Kubernetes ${version}\n`);

let folder: string;
let tools: Map<string, PinnedTool[]>;
let bytes: Map<string, Buffer>;
let fetched: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-program-set-'));
  [tools, bytes, fetched] = [new Map(), new Map(), []];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Puts a program into the folder of the host. */
function host(path: string, content: Buffer = Buffer.from('#!/bin/sh\n')): string {
  const file = join(folder, 'host', path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content, { mode: 0o755 });
  return file;
}

/** Has a release bring a program. */
function bring(release: string, name: string, content: Buffer, platform = thisPlatform): string {
  const sha256 = createHash('sha256').update(content).digest('hex');
  bytes.set(sha256, content);
  tools.set(release, [...(tools.get(release) ?? []), { name, platform, digest: digest('d'), sha256 }]);
  return sha256;
}

function sources(): ProgramSources {
  return {
    programsFolder: join(folder, 'host'),
    toolsFolder: join(folder, 'tools'),
    content: {
      openRelease: (release) => {
        const brought = tools.get(release);
        if (brought === undefined)
          return Promise.reject(new SealiftError('NOT_FOUND', { values: { what: 'release', name: release } }));
        return Promise.resolve({ images: [], elsewhere: [], tools: brought });
      },
      openTool: ({ name, sha256 }) => {
        fetched.push(name);
        return Promise.resolve(Readable.from([bytes.get(sha256) ?? Buffer.from('cut')]));
      },
    },
  };
}

describe('the programs of a rehearsal', () => {
  it('are named each where there is none, and one that cannot be started is none', async () => {
    expect(await lackingPrograms(sources(), wish, never)).toEqual([
      'etcd',
      'etcdutl',
      'kube-apiserver of 1.36',
      'kube-apiserver of 1.37',
    ]);
    chmodSync(host('etcd'), 0o644);
    host('1.36/kube-apiserver');
    bring(digest('b'), 'etcdutl', server('v0'));
    bring(digest('b'), 'kube-apiserver-1-37', server('v1.37.2'), 'linux/other');
    expect(await lackingPrograms(sources(), wish, never)).toEqual(['etcd', 'kube-apiserver of 1.37']);
    expect(fetched).toEqual([]);
  });

  it('are those of the host first, then those that a release brings, under the name that they write into objects', async () => {
    const [etcd, old] = [host('etcd'), host('1.36/kube-apiserver', server('v1.36.3'))];
    bring(digest('a'), 'etcd', server('v0'));
    const etcdutl = bring(digest('a'), 'etcdutl', Buffer.from('#!/bin/sh\n# first\n'));
    bring(digest('b'), 'etcdutl', Buffer.from('#!/bin/sh\n# second\n'));
    const sha256 = bring(digest('b'), 'kube-apiserver-1-37', server('v1.37.2'));
    const { store, apiServers } = await openPrograms(sources(), wish, never);
    const brought = join(folder, 'tools', `kube-apiserver-1-37-${sha256}`, 'kube-apiserver');
    expect(store).toEqual({ etcd, etcdutl: join(folder, 'tools', `etcdutl-${etcdutl}`, 'etcdutl') });
    expect([...apiServers]).toEqual([
      ['1.36', old],
      ['1.37', brought],
    ]);
    expect([statSync(brought).mode & 0o777, statSync(join(folder, 'tools')).mode & 0o777]).toEqual([0o700, 0o700]);
    await openPrograms(sources(), wish, never);
    expect(fetched.toSorted()).toEqual(['etcdutl', 'kube-apiserver-1-37']);
  });

  it('are fetched again where they were changed since, and never started as they are', async () => {
    for (const path of ['etcd', 'etcdutl']) host(path);
    host('1.36/kube-apiserver', server('v1.36.3'));
    const sha256 = bring(digest('a'), 'kube-apiserver-1-37', server('v1.37.2'));
    await openPrograms(sources(), wish, never);
    const path = join(folder, 'tools', `kube-apiserver-1-37-${sha256}`, 'kube-apiserver');
    writeFileSync(path, `#!/bin/sh\ntouch ${join(folder, 'started')}\n`, { mode: 0o700 });
    await openPrograms(sources(), wish, never);
    expect([fetched.length, existsSync(join(folder, 'started'))]).toEqual([2, false]);
    rmSync(path);
    bytes.set(sha256, Buffer.from('#!/bin/sh\n# another\n'));
    await expect(openPrograms(sources(), wish, never)).rejects.toMatchObject({
      code: 'REHEARSAL_PROGRAM_FAILED',
      message: expect.stringContaining('which the release pins') as string,
    });
  });

  it('are refused where one is of another minor than it is called', async () => {
    for (const path of ['etcd', 'etcdutl']) host(path);
    host('1.36/kube-apiserver', server('v1.36.3'));
    const path = host('1.37/kube-apiserver', server('v1.38.0'));
    await expect(openPrograms(sources(), wish, never)).rejects.toMatchObject({
      code: 'REHEARSAL_PROGRAM_FAILED',
      place: path,
      message: expect.stringContaining('it is v1.38.0, and one of 1.37 is needed') as string,
    });
  });
});
