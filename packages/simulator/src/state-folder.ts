import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { type InitialCluster, initialState, type SimulatorState, stateSchema } from './state.ts';

/** The files of one simulated cluster, all below one folder. */
export interface StateFolder {
  readonly path: string;
  readonly state: string;
  readonly log: string;
  readonly datastore: string;
}

export function stateFolder(path: string): StateFolder {
  return {
    path,
    state: join(path, 'state.json'),
    log: join(path, 'calls.log'),
    datastore: join(path, 'datastore'),
  };
}

/**
 * Reads the state, or creates it from `initial` where the folder has none yet.
 *
 * @throws SIMULATOR_STATE_DAMAGED
 */
export async function loadState(folder: StateFolder, initial: InitialCluster): Promise<SimulatorState> {
  await mkdir(folder.datastore, { recursive: true });
  const text = await readFile(folder.state, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) {
    const state = initialState(initial);
    await saveState(folder, state);
    return state;
  }
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'it does not have the expected form';
    throw new SealiftError('SIMULATOR_STATE_DAMAGED', { values: { path: folder.state, reason }, cause: error });
  }
}

/**
 * Replaces the state file as a whole: after a crash at any point, or on a full disk, it holds the old state or the new one.
 *
 * @throws FILE_UNWRITABLE
 */
export async function saveState(folder: StateFolder, state: SimulatorState): Promise<void> {
  const temporary = `${folder.state}.new`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(JSON.stringify(state, null, 2));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, folder.state);
    await syncFolder(folder.path);
  } catch (error) {
    throw unwritable(folder.state, error);
  }
}

/** A failure of the file system while writing, as people are told it. */
export function unwritable(path: string, error: unknown): SealiftError {
  const reason = reasonOf(error);
  return new SealiftError('FILE_UNWRITABLE', { values: { path, reason }, cause: error });
}

/** Makes a rename in the folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what cut imports left: files in the datastore that belong to no template. */
export async function removeOrphans(folder: StateFolder, state: SimulatorState): Promise<void> {
  const known = new Set(state.templates.map(({ name }) => `${name}.ova`));
  for (const file of await readdir(folder.datastore)) {
    if (!known.has(file)) await rm(join(folder.datastore, file), { force: true });
  }
}
