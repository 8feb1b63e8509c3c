import type { OnFailure } from '@sealift/core/upgrade';

/** What a failure does, in a sentence. */
export function onFailureText(onFailure: OnFailure): string {
  return onFailure === 'stop'
    ? 'on failure: it stops and waits for a person'
    : 'on failure: it rolls back by itself, as long as no step was begun that cannot be taken back';
}
