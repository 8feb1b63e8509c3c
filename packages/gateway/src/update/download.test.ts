import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayFolder, gatewayFolder } from '../folder.ts';
import { download, executablePath } from './download.ts';

const bytes = Buffer.from('an executable of some length, which comes in parts');
const sha256 = createHash('sha256').update(bytes).digest('hex');
const executable = { version: '2.0.0', sha256, sizeBytes: bytes.length };
const away = () => new SealiftError('GATEWAY_CONSOLE_AWAY', { values: { url: 'u', reason: 'the connection was cut' } });
const cancel = new AbortController().signal;
let folder: GatewayFolder;

beforeEach(() => {
  folder = gatewayFolder(mkdtempSync(join(tmpdir(), 'sealift-download-')));
});
afterEach(() => rmSync(folder.root, { recursive: true, force: true }));

/** A console that sends parts and then does what it is told; notes from where it was asked. */
function link(answers: readonly ((from: number) => Generator<Buffer>)[]) {
  const asked: number[] = [];
  return {
    asked,
    async *executable(_: string, from: number): AsyncGenerator<Uint8Array> {
      const answer = answers[asked.length] ?? answers.at(-1);
      asked.push(from);
      if (answer !== undefined) yield* answer(from);
    },
  };
}
const whole = function* (from: number) {
  yield bytes.subarray(from);
};

describe('fetching an executable', () => {
  it('gives it its name when it is whole, and fetches it once', async () => {
    const console = link([whole]);
    await download(executable, folder, console, cancel);
    await download(executable, folder, console, cancel);
    const path = executablePath(folder, sha256);
    expect([readFileSync(path), statSync(path).mode & 0o777, console.asked]).toEqual([bytes, 0o755, [0]]);
  });

  it('goes on where the line was cut, also where it was cut without a word', async () => {
    const cutting = function* (from: number) {
      yield bytes.subarray(from, from + 10);
      throw away();
    };
    const short = function* (from: number) {
      yield bytes.subarray(from, from + 5);
    };
    const console = link([cutting, short, whole]);
    await download(executable, folder, console, cancel);
    expect(console.asked).toEqual([0, 10, 15]);
    expect(readFileSync(executablePath(folder, sha256))).toEqual(bytes);
  });

  it('fetches one again that is damaged on the disk', async () => {
    await download(executable, folder, link([whole]), cancel);
    writeFileSync(executablePath(folder, sha256), 'zeros');
    await download(executable, folder, link([whole]), cancel);
    expect(readFileSync(executablePath(folder, sha256))).toEqual(bytes);
  });

  it('stops at the first byte too many of a server that never ends', async () => {
    let sent = 0;
    const endless = function* () {
      for (;;) {
        sent += 1;
        yield Buffer.alloc(16);
      }
    };
    await expect(download(executable, folder, link([endless]), cancel)).rejects.toMatchObject({
      code: 'GATEWAY_UPDATE_REFUSED',
      message: expect.stringContaining('more than its'),
    });
    expect([sent <= 5, readdirSync(folder.executables)]).toEqual([true, []]);
  });

  it('keeps nothing of other bytes', async () => {
    const other = function* () {
      yield Buffer.alloc(bytes.length, 'x');
    };
    await expect(download(executable, folder, link([other]), cancel)).rejects.toMatchObject({
      code: 'GATEWAY_UPDATE_REFUSED',
    });
    expect(readdirSync(folder.executables)).toEqual([]);
  });
});
