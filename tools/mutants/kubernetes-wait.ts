import { mutantsOf } from './mutant.ts';

const test = 'wait/watch.test.ts';

/** Mistakes in how changes are followed. */
export const kubernetesWaitMutants = mutantsOf('kubernetes', [
  [
    'an older state is told after a newer one',
    'wait/seen.ts',
    'if (known !== undefined && isAtMost(resourceVersion, known.resourceVersion)) return;',
    '',
    test,
  ],
  [
    'changes that were told are told again',
    'wait/seen.ts',
    'if (this.#position !== undefined && isAtMost(resourceVersion, this.#position)) return;',
    '',
    test,
  ],
  [
    'a list that is older is taken over',
    'wait/seen.ts',
    'newest !== undefined && isOlder(resourceVersion, newest)',
    'newest !== undefined && isOlder(newest, newest)',
    test,
  ],
  [
    'what went while the line was cut is not told',
    'wait/seen.ts',
    '!isGone && !there.has(uid)',
    'isGone && !there.has(uid)',
    test,
  ],
  [
    'an older bookmark moves a watch back',
    'wait/seen.ts',
    '!isOlder(resourceVersion, this.#position)',
    '!isOlder(this.#position, resourceVersion)',
    test,
  ],
  ['versions are compared as text', 'wait/resource-version.ts', 'BigInt(one) <= BigInt(other)', 'one <= other', test],
  [
    'a watch from changes that are compacted is asked for again and again',
    'wait/watch.ts',
    'if (failure instanceof Expired) isListed = false;',
    '',
    test,
  ],
  [
    'a server that is behind is asked for ever',
    'wait/watch.ts',
    'if (behind === behindLimit) [isListed, behind] = [false, 0];',
    '',
    test,
  ],
  [
    'that all was read anew counts as coming on',
    'wait/watch.ts',
    'if (lived) patience.renew();',
    'if (lived || isListed) patience.renew();',
    test,
  ],
  ['a server that is behind is not found out', 'wait/watch.ts', '} else if (', '} else if (behind > 0 && ', test],
  ['bookmarks are not asked for', 'wait/watch.ts', "allowWatchBookmarks: 'true',", '', test],
  [
    'a line may be as long as it likes',
    'connection/stream.ts',
    'if (size > limitBytes)',
    'if (size > 2 * limitBytes)',
    test,
  ],
  ['a watch goes on when its client is closed', 'connection/send.ts', 'this.#ending.abort();', '', test],
  [
    'a refused right is asked for again',
    'wait/failure.ts',
    "if (!isSealiftError(error, 'KUBERNETES_UNREACHABLE')) return false;",
    "if (!isSealiftError(error, 'KUBERNETES_UNREACHABLE')) return isSealiftError(error, 'KUBERNETES_REFUSED');",
    test,
  ],
]);
