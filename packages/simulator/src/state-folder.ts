import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@sealift/io/make-folder';
import { SealiftError } from '@sealift/core/errors';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { removeUnfinished } from '@sealift/io/unfinished';
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
  makeFolder(folder.datastore);
  await removeUnfinished(folder.path, 0);
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
  await writeFileAtomically(folder.state, JSON.stringify(state, null, 2));
}

/** Removes what cut imports left: files in the datastore that belong to no template. */
export async function removeOrphans(folder: StateFolder, state: SimulatorState): Promise<void> {
  const known = new Set(state.templates.map(({ name }) => `${name}.ova`));
  for (const file of await readdir(folder.datastore)) {
    if (!known.has(file)) await rm(join(folder.datastore, file), { force: true });
  }
}
