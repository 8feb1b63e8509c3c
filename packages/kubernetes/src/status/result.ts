import { type SeenWait, waitingFor } from '@sealift/core/upgrade';
import type { KubeObject } from '../objects/object.ts';
import { timeOf } from './times.ts';

/** `unknown`: what the cluster says does not tell; it is never rounded to ready. */
export type ReadinessState = 'ready' | 'progressing' | 'failed' | 'unknown';

/** `wait` is null when it is ready, and only then. */
export type Readiness =
  | { readonly state: 'ready'; readonly wait: null }
  | { readonly state: Exclude<ReadinessState, 'ready'>; readonly wait: SeenWait };

/** What is known of a wait besides its words. */
export type Known = Partial<Omit<SeenWait, 'what' | 'object'>>;

export const ready: Readiness = { state: 'ready', wait: null };

/** It goes on, by itself unless `level` says otherwise. Without `since`, since the object was made. */
export function progressing(object: KubeObject, what: string, known?: Known): Readiness {
  return { state: 'progressing', wait: waitOf(object, what, known) };
}

/** Something outside has to change first. */
export function blocked(object: KubeObject, what: string, remedy: string, known?: Known): Readiness {
  return progressing(object, what, { level: 'blocked', remedy, ...known });
}

/** A terminal condition was seen. */
export function failed(object: KubeObject, what: string, known?: Known): Readiness {
  return { state: 'failed', wait: waitOf(object, what, { level: 'failed', ...known }) };
}

export function unknown(object: KubeObject, what: string, known?: Known): Readiness {
  return { state: 'unknown', wait: waitOf(object, what, known) };
}

export function waitOf(object: KubeObject, what: string, known?: Known): SeenWait {
  const { kind, metadata } = object;
  return waitingFor(`${labelOf(object)} ${what}`, {
    since: timeOf(metadata.creationTimestamp),
    object: { kind, name: placeOf(object) },
    ...known,
  });
}

/** `Deployment shop/web` */
export function labelOf(object: KubeObject): string {
  return `${object.kind} ${placeOf(object)}`;
}

/** `shop/web`, or the name alone of what lies in no namespace. */
export function placeOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
