import { SealiftError } from '@sealift/core/errors';
import { unusable } from '../connection/unusable.ts';
import type { KubeObject } from '../objects/object.ts';
import type { ListedState } from './list-state.ts';
import { isAtMost, isOlder } from './resource-version.ts';

/** What a watch tells. */
export type WatchEvent =
  /** An object is there, or is there in a newer state. */
  | { readonly type: 'changed'; readonly object: KubeObject }
  /** An object is gone, or no longer selected. */
  | { readonly type: 'gone'; readonly uid: string; readonly name: string; readonly namespace: string | undefined }
  /** All that there is was told. */
  | { readonly type: 'synced' };

interface Known {
  /** The newest state that was seen of it, or at which it was gone. */
  readonly resourceVersion: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly isGone: boolean;
}

const knownLimit = 100_000;
const goneLimit = 10_000;

/**
 * What was seen of a collection. A state never goes back: of what servers behind a balancer answer, only what is newer counts, and what is gone
 * comes back only by a later change.
 */
export class Seen {
  readonly #path: string;
  /** By uid, as a name may be given again. */
  readonly #known = new Map<string, Known>();
  #goneCount = 0;
  #position: string | undefined;

  constructor(path: string, position: string | undefined) {
    this.#path = path;
    this.#position = position;
  }

  /** The newest resource version that was heard of; a watch goes on from there. */
  get position(): string | undefined {
    return this.#position;
  }

  /** Takes a list over. @throws KUBERNETES_REWOUND when it is older than what was seen */
  *listed({ objects, resourceVersion }: ListedState): Generator<WatchEvent> {
    const newest = this.#position;
    if (newest !== undefined && isOlder(resourceVersion, newest)) {
      const reason = `its resourceVersion is ${resourceVersion}, after ${newest}`;
      throw new SealiftError('KUBERNETES_REWOUND', { values: { path: this.#path, reason } });
    }
    const there = new Set(objects.map(({ metadata: { uid } }) => uid));
    const missing = [...this.#known].filter(([uid, { isGone }]) => !isGone && !there.has(uid));
    this.#position = resourceVersion;
    for (const [uid, known] of missing) {
      const { name, namespace } = known;
      // A list may hold states that are newer than itself, where its server is not sound.
      const at = isOlder(resourceVersion, known.resourceVersion) ? known.resourceVersion : resourceVersion;
      this.#remember(uid, { resourceVersion: at, name, namespace, isGone: true });
      yield { type: 'gone', uid, name, namespace };
    }
    for (const object of objects) yield* this.#take(object, false);
    yield { type: 'synced' };
  }

  /** Takes an event over; nothing comes out of it when it is not newer than what was seen. */
  *told(object: KubeObject, isGone: boolean): Generator<WatchEvent> {
    const { resourceVersion = '' } = object.metadata;
    // The changes of a watch come in order, so this one was told before, or comes from a server that is behind.
    if (this.#position !== undefined && isAtMost(resourceVersion, this.#position)) return;
    this.#position = resourceVersion === '' ? this.#position : resourceVersion;
    yield* this.#take(object, isGone);
  }

  /** The server says that everything up to here was told. */
  marked(resourceVersion: string): void {
    if (this.#position === undefined || !isOlder(resourceVersion, this.#position)) this.#position = resourceVersion;
  }

  *#take(object: KubeObject, isGone: boolean): Generator<WatchEvent> {
    const { uid, resourceVersion, name, namespace } = object.metadata;
    if (uid === undefined || resourceVersion === undefined) {
      throw unusable('an object of it has no uid or no resourceVersion', this.#path);
    }
    const known = this.#known.get(uid);
    if (known !== undefined && isAtMost(resourceVersion, known.resourceVersion)) return;
    this.#remember(uid, { resourceVersion, name, namespace, isGone });
    if (!isGone) yield { type: 'changed', object };
    else if (known?.isGone !== true) yield { type: 'gone', uid, name, namespace };
  }

  #remember(uid: string, state: Known): void {
    const before = this.#known.get(uid);
    this.#goneCount += Number(state.isGone) - Number(before?.isGone ?? false);
    this.#known.delete(uid);
    this.#known.set(uid, state);
    if (this.#known.size - this.#goneCount > knownLimit)
      throw unusable(`it has more than ${knownLimit} objects`, this.#path);
    if (this.#goneCount > goneLimit) this.#forgetOldest();
  }

  /** Those that went long ago; a server that is so far behind is found out by its position. */
  #forgetOldest(): void {
    for (const [uid, { isGone }] of this.#known) {
      if (this.#goneCount <= goneLimit / 2) return;
      if (!isGone) continue;
      this.#known.delete(uid);
      this.#goneCount -= 1;
    }
  }
}
