import { mkdir, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { SealiftError } from '@sealift/core/errors';
import type { StateFolder } from './state-folder.ts';

/**
 * Takes the state folder for this process. The lock is a socket in Linux's abstract namespace (unix(7)), named after the
 * folder's inode: binding it is atomic, and the kernel ends it with the process, however that ends.
 *
 * @returns a function that gives it back.
 * @throws SIMULATOR_STATE_IN_USE
 */
export async function lockFolder(folder: StateFolder): Promise<() => Promise<void>> {
  await mkdir(folder.path, { recursive: true });
  const { dev, ino } = await stat(folder.path);
  const name = `\0sealift-simulator-${dev}-${ino}`;
  const lock = createServer((socket) => socket.on('error', () => undefined).end(String(process.pid)));
  lock.unref();
  await new Promise<void>((resolve, reject) => {
    lock.once('error', reject);
    lock.listen(name, resolve);
  }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new SealiftError('SIMULATOR_STATE_IN_USE', { values: { pid: await holderOf(name), path: folder.path } });
  });
  return () => new Promise((resolve) => lock.close(() => resolve()));
}

/** The process that holds the lock, as it says itself; `unknown` when it has just ended or does not answer in a second. */
function holderOf(name: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(name);
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('data', (data) => resolve(data.toString('utf8').slice(0, 20)));
    socket.once('error', () => resolve('unknown'));
    socket.once('close', () => resolve('unknown'));
  });
}
