import { isSealiftError } from '@sealift/core/errors';
import { catalogRepository } from '@sealift/oci/reference';
import { isContentDigest } from '@sealift/registry/content-digest';
import type { ContentChange } from '@sealift/registry/routes';
import { systemActor } from '../audit/actor.ts';
import { packBase } from './content-paths.ts';
import type { RegistrySyncs } from './registry-syncs.ts';

/** A bundle pushes its markers one after the other, and last; several bundles may come one after the other. */
const quietMs = 2000;
/** Whoever pushes without end must not keep what is there from being seen. */
const longestMs = 15_000;

/**
 * Syncs by itself when a marker comes into the console's own registry, so that a release is offered without anybody asking for it. A sync reads
 * whatever is there, so that one serves all markers that came before it.
 */
export class SyncOnPush {
  readonly #sync: Pick<RegistrySyncs, 'start'>;
  readonly #quietMs: number;
  #warn: ((error: unknown) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #firstAt = 0;

  constructor(sync: Pick<RegistrySyncs, 'start'>, quiet = quietMs) {
    this.#sync = sync;
    this.#quietMs = quiet;
  }

  /** From now on, until it is closed. @param warn told of a sync that could not be asked for */
  begin(warn: (error: unknown) => void): void {
    this.#warn = warn;
  }

  /** Hears of a change of the registry. */
  hear({ act, kind, repository, reference, refused }: ContentChange): void {
    const isMarker = repository === catalogRepository(packBase) && !isContentDigest(reference);
    if (this.#warn === undefined || act !== 'push' || kind !== 'manifest' || refused !== undefined || !isMarker) return;
    const now = performance.now();
    if (this.#timer === undefined) this.#firstAt = now;
    clearTimeout(this.#timer);
    const left = Math.max(0, this.#firstAt + longestMs - now);
    this.#timer = setTimeout(() => this.#start(), Math.min(this.#quietMs, left));
  }

  /** Asks for nothing any more. */
  close(): void {
    this.#warn = undefined;
    clearTimeout(this.#timer);
  }

  #start(): void {
    const warn = this.#warn;
    this.#timer = undefined;
    this.#sync.start(systemActor).catch((error: unknown) => {
      // An upgrade began meanwhile: what came before it is seen by the next sync.
      if (!isSealiftError(error, 'CONSOLE_LOCKED')) warn?.(error);
    });
  }
}
