import { request } from 'node:http';
import { join } from 'node:path';
import { stat, statfs } from 'node:fs/promises';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { readBody } from '@sealift/io/http/body';
import { pause } from '@sealift/io/pause';
import { runProgram } from '@sealift/io/run-program';
import { type StartedProgram, startProgram } from '@sealift/io/start-program';
import { z } from 'zod';
import { bareEnvironment, lastError, programFailed, type StorePrograms } from './programs.ts';

/** A throw-away etcd with one member on a snapshot's content. It listens on a socket of its folder, so that no other account reaches it. */
export interface Store {
  /** As `--etcd-servers` takes it. */
  readonly address: string;
  readonly program: StartedProgram;
  /** Values by their key, from a prefix on, in pages. */
  read(prefix: string, cancel: AbortSignal): AsyncGenerator<StoredValue, void, undefined>;
  stop(): Promise<void>;
}

export interface StoredValue {
  readonly key: string;
  readonly value: Buffer;
}

/** What a member tells others, of which there are none: etcd wants a port in it. */
const paper = 'http://localhost:2380';
/** Etcd's own advice for the largest database (etcd, "System limits"). */
const snapshotLimitBytes = 8 * 1024 ** 3;
/** A socket's path has at most 107 bytes (unix(7)). */
const folderLimitBytes = 100;
const restoreMs = 10 * 60_000;
const startMs = 60_000;
const askMs = 30_000;
const pageSize = 100;
/** A page of values at etcd's limit of 1.5 MB each, in base64. */
const answerLimitBytes = 256 * 1024 * 1024;

/** Restores a snapshot into a folder and starts it there. @throws REHEARSAL_…, CANCELLED */
export async function startStore(
  snapshot: string,
  { etcd, etcdutl }: StorePrograms,
  folder: string,
  cancel: AbortSignal,
): Promise<Store> {
  await checkRoom(snapshot, folder);
  const data = dataBelow(folder);
  const cluster = ['--name=shadow', `--initial-cluster=shadow=${paper}`, `--initial-advertise-peer-urls=${paper}`];
  const { code, killed, errors, output } = await runProgram({
    program: etcdutl,
    parts: ['snapshot', 'restore', snapshot, `--data-dir=${data}`, ...cluster],
    env: bareEnvironment,
    deadlineMs: restoreMs,
    outputLimitBytes: 1024 * 1024,
    cancel,
  });
  if (killed === 'cancelled') throw new SealiftError('CANCELLED', { place: snapshot });
  if (code === 126 || code === 127) throw programFailed(etcdutl, lastError(errors));
  if (code !== 0) throw unusable(snapshot, killed ?? lastError(`${output}\n${errors}`));
  return await startMember(etcd, folder, cancel);
}

/** Starts a member on what lies in its folder, or on nothing. @throws REHEARSAL_PROGRAM_FAILED, CANCELLED */
export async function startMember(etcd: string, folder: string, cancel: AbortSignal): Promise<Store> {
  const socket = join(folder, 'c');
  const address = `unix://${socket}`;
  const program = startProgram({
    program: etcd,
    parts: [
      '--name=shadow',
      `--data-dir=${dataBelow(folder)}`,
      `--listen-client-urls=${address}`,
      `--listen-peer-urls=unix://${join(folder, 'p')}`,
      `--advertise-client-urls=${paper}`,
      `--initial-advertise-peer-urls=${paper}`,
      `--initial-cluster=shadow=${paper}`,
      '--log-level=warn',
      // What is written here is thrown away.
      '--unsafe-no-fsync',
    ],
    env: bareEnvironment,
    folder,
  });
  const store: Store = {
    address,
    program,
    read: (prefix, signal) => readValues(socket, prefix, signal),
    stop: () => program.stop(),
  };
  try {
    await untilHealthy(socket, etcd, program, cancel);
    return store;
  } catch (error) {
    await store.stop();
    throw error;
  }
}

function dataBelow(folder: string): string {
  return join(folder, 'data');
}

/** Two copies are made, each with a log beside it. @throws REHEARSAL_SNAPSHOT_UNUSABLE, REHEARSAL_FOLDER_UNFIT */
async function checkRoom(snapshot: string, folder: string): Promise<void> {
  const found = await stat(snapshot).catch((error: unknown) => {
    throw unusable(snapshot, reasonOf(error), error);
  });
  if (!found.isFile()) throw unusable(snapshot, 'it is no file');
  if (found.size > snapshotLimitBytes) throw unusable(snapshot, 'it is larger than 8 GiB');
  const { bavail, bsize } = await statfs(folder);
  const needed = 3 * found.size;
  const unfit = (reason: string): SealiftError =>
    new SealiftError('REHEARSAL_FOLDER_UNFIT', { values: { folder, reason }, place: folder });
  if (Buffer.byteLength(folder) > folderLimitBytes) throw unfit('its path is too long for a socket in it');
  if (bavail * bsize < needed) throw unfit(`${needed} bytes of room are needed, and ${bavail * bsize} are left`);
}

async function untilHealthy(socket: string, path: string, program: StartedProgram, cancel: AbortSignal): Promise<void> {
  const until = Date.now() + startMs;
  for (;;) {
    if (program.end !== undefined) throw programFailed(path, `${program.end}: ${lastError(program.said())}`);
    const answer = await ask(socket, '/health', undefined, cancel).catch(() => undefined);
    if (cancel.aborted) throw new SealiftError('CANCELLED', { place: path });
    if (answer?.status === 200) return;
    if (Date.now() > until) throw programFailed(path, `it did not serve: ${lastError(program.said())}`);
    await pause(100, cancel);
  }
}

const page = z.object({
  kvs: z.array(z.object({ key: z.base64(), value: z.base64().optional() })).optional(),
  more: z.boolean().optional(),
});

/** @throws REHEARSAL_PROGRAM_FAILED, CANCELLED */
async function* readValues(
  socket: string,
  prefix: string,
  cancel: AbortSignal,
): AsyncGenerator<StoredValue, void, undefined> {
  let key = Buffer.from(prefix);
  const end = Buffer.from(prefix);
  end[end.length - 1] = (end[end.length - 1] ?? 0) + 1;
  for (;;) {
    const body = { key: key.toString('base64'), range_end: end.toString('base64'), limit: pageSize };
    const { status, text } = await ask(socket, '/v3/kv/range', body, cancel);
    if (status !== 200) throw programFailed('etcd', `it answered ${status}: ${text.slice(0, 200)}`);
    const { kvs = [], more = false } = page.parse(JSON.parse(text));
    for (const each of kvs) {
      yield {
        key: Buffer.from(each.key, 'base64').toString('utf8'),
        value: Buffer.from(each.value ?? '', 'base64'),
      };
    }
    const last = kvs.at(-1);
    if (!more || last === undefined) return;
    key = Buffer.concat([Buffer.from(last.key, 'base64'), Buffer.from([0])]);
  }
}

/** Etcd's JSON gateway. */
function ask(
  socketPath: string,
  path: string,
  body: unknown,
  cancel: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const signal = AbortSignal.any([cancel, AbortSignal.timeout(askMs)]);
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, method: text === undefined ? 'GET' : 'POST', signal }, (answer) => {
      readBody(answer, answerLimitBytes, { idleTimeoutMs: askMs, cancel: signal }).then(
        (bytes) => resolve({ status: answer.statusCode ?? 0, text: bytes.toString('utf8') }),
        reject,
      );
    });
    sent.once('error', reject);
    sent.end(text);
  });
}

function unusable(path: string, reason: string, cause?: unknown): SealiftError {
  return new SealiftError('REHEARSAL_SNAPSHOT_UNUSABLE', { values: { path, reason }, place: path, cause });
}
