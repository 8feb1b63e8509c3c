import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';
import { SealiftError } from '@sealift/core/errors';

/** Where a demo finds what it needs: a checkout of Sealift. */
export interface Checkout {
  readonly root: string;
  /** The command line, run from source. */
  readonly sealift: string;
  /** The sample platform's folder. */
  readonly harborview: string;
  readonly consolePackage: string;
}

/** @throws EXECUTABLE_INCOMPLETE when this is the single-file executable, which brings no sample platform. */
export function findCheckout(): Checkout {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
  const harborview = join(root, 'examples', 'harborview');
  if (isSea() || !existsSync(harborview))
    throw new SealiftError('EXECUTABLE_INCOMPLETE', { values: { part: '`sealift demo`' } });
  return {
    root,
    sealift: join(root, 'packages', 'cli', 'bin', 'sealift'),
    harborview,
    consolePackage: join(root, 'packages', 'console'),
  };
}
