import { SealiftError } from '@sealift/core/errors';
import { TaskThreads } from '@sealift/io/task-threads';
import type { contentTasks } from './content-thread.ts';
import type { PackRow } from './pack-row.ts';
import type { PinnedPack } from './pack-content.ts';
import type { PinnedContent } from './pinned-content.ts';
import type { ContentPlace, MarkerBefore, MarkerRead, Outcome } from './read-content.ts';

/** What the catalogue asks of a registry that holds content of it. */
export interface CatalogueContent {
  /** The tags of all markers, in code unit order. */
  markers(): Promise<string[]>;
  /** Whether each marker still is what its tag stands for, and everything there that it pins. */
  lookAgain(markers: readonly MarkerBefore[]): Promise<boolean[]>;
  /** Of pinned content what is not there, undamaged and whole. */
  absent(pins: readonly PinnedContent[]): Promise<PinnedContent[]>;
  /** What the markers behind tags say, their signatures verified by public keys as in their files. */
  readMarkers(tags: readonly string[], keys: readonly string[]): Promise<Outcome<MarkerRead>[]>;
  /** Packs by their pinned digests, from the first on, as far as one answer goes. */
  readPacks(packs: readonly PinnedPack[]): Promise<Outcome<PackRow>[]>;
}

/** The program of the threads. */
export const contentThread = {
  asset: 'content-thread.cjs',
  source: new URL('./content-thread.ts', import.meta.url),
};

/** A hundred of anything that is asked for at once are read in a second or two, from a slow disk too. */
const limitSeconds = 120;
const error = (): SealiftError => {
  const reason = `what was asked for was not read within ${limitSeconds} seconds`;
  return new SealiftError('FILE_UNREADABLE', { values: { path: "the registry's folder", reason } });
};

const threads = new TaskThreads<typeof contentTasks>(contentThread, {
  threads: 2,
  // The Summary asks each time that somebody reads it, and would wait for a thread to start.
  idleMs: 300_000,
  limit: { ms: limitSeconds * 1000, error },
  // What is read is answered at once: room for young objects is all that it would fill.
  resourceLimits: { maxYoungGenerationSizeMb: 4 },
});

/**
 * The content of the registry of this console, read where it lies and on threads: asking over HTTP for each of very many packs would take the event
 * loop many times the time that checking them takes.
 */
export class FolderContent implements CatalogueContent {
  readonly #place: ContentPlace;

  constructor(place: ContentPlace) {
    this.#place = place;
  }

  markers(): Promise<string[]> {
    return threads.run('listMarkers', this.#place);
  }

  lookAgain(markers: readonly MarkerBefore[]): Promise<boolean[]> {
    return threads.run('lookAgain', { ...this.#place, markers });
  }

  absent(pins: readonly PinnedContent[]): Promise<PinnedContent[]> {
    return threads.run('absent', { ...this.#place, pins }, undefined, true);
  }

  readMarkers(tags: readonly string[], keys: readonly string[]): Promise<Outcome<MarkerRead>[]> {
    return threads.run('readMarkers', { ...this.#place, tags, keys });
  }

  readPacks(packs: readonly PinnedPack[]): Promise<Outcome<PackRow>[]> {
    return threads.run('readPacks', { ...this.#place, packs });
  }
}
